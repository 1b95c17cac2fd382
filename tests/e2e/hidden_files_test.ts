import { assert, assertEquals } from "@std/assert";
import {
  type Answer,
  BUCKET,
  described,
  descriptionOf,
  expect,
  filesAtHub,
  type Sent,
  WAYS,
  withSite,
} from "./described_objects.ts";

/** Files that the gateway keeps, one that it might, and names around them. */
const HIDDEN = [
  "~hugbucket/meta/key",
  "~hugbucket/parts/key",
  "~hugbucket/bucket.json",
  "~hugbucket/other",
  "~hugbucket/",
  "~hugbucket/meta/",
];

const CORS = "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>" +
  "<AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>";

/** A request for a hidden key, with the status that it must get. */
type Attempt = readonly [number, string, string, Sent?];

function attempts(key: string, uploadId: string, etag: string): readonly Attempt[] {
  const k = `/${encodeURIComponent(key)}`;
  const source = { "x-amz-copy-source": `/${BUCKET}${k}` };
  const part = `/key?partNumber=1&uploadId=${uploadId}`;
  const tagging = "<Tagging><TagSet/></Tagging>";
  const objects = `<Delete><Object><Key>${key}</Key></Object>` +
    `<Object><Key>${key}</Key><ETag>${etag}</ETag></Object></Delete>`;
  const complete = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>" +
    `<ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
  return [
    // Reads.
    [404, "GET", k],
    [404, "HEAD", k],
    [404, "GET", `/${key}`],
    [404, "GET", `${k}?partNumber=1`],
    [404, "GET", k, { headers: { "range": "bytes=0-1" } }],
    [404, "GET", k, { headers: { "if-none-match": etag } }],
    [404, "GET", `${k}?attributes`, { headers: { "x-amz-object-attributes": "ETag,ObjectParts" } }],
    [404, "GET", `${k}?tagging`],
    [404, "GET", `${k}?acl`],
    // Copies of it, whole and in part.
    [404, "PUT", "/target", { headers: source }],
    [404, "PUT", "/target", { headers: { "x-amz-copy-source": `${BUCKET}/${key}` } }],
    [404, "PUT", "/target", { headers: { ...source, "x-amz-checksum-algorithm": "SHA1" } }],
    [404, "PUT", "/target", { headers: { ...source, "x-amz-metadata-directive": "REPLACE" } }],
    [404, "PUT", part, { headers: source }],
    [404, "PUT", part, { headers: { ...source, "x-amz-copy-source-range": "bytes=0-1" } }],
    // Writes.
    [400, "PUT", k, { body: "x" }],
    [400, "PUT", `/${key}`, { body: "" }],
    [400, "PUT", k, { body: "x", headers: { "x-amz-meta-a": "b" } }],
    [400, "PUT", k, { body: "x", headers: { "if-match": "*" } }],
    [400, "PUT", k, { headers: { "x-amz-copy-source": `/${BUCKET}/key` } }],
    [400, "POST", `${k}?uploads`],
    [404, "PUT", `${k}?partNumber=1&uploadId=${uploadId}`, { body: "x" }],
    [404, "POST", `${k}?uploadId=${uploadId}`, { body: complete }],
    [400, "POST", "", { body: form(key, "f") }],
    [404, "PUT", `${k}?tagging`, { body: tagging }],
    // Deletes: of what is not there, which S3 says is done.
    [204, "DELETE", k],
    [204, "DELETE", k, { headers: { "if-match": "*" } }],
    [204, "DELETE", `${k}?versionId=null`],
    [200, "POST", "?delete", { body: objects }],
  ];
}

function form(key: string, fileName: string): FormData {
  const made = new FormData();
  made.append("key", key);
  made.append("file", new Blob(["x"]), fileName);
  return made;
}

Deno.test("the gateway's own files are reached by no read, no write, no copy, no form and no delete", () =>
  withSite(async (site) => {
    const { send } = site;
    await WAYS["multipart"]?.write(site, "key");
    await expect(200, send("PUT", "?cors", { body: CORS }));
    const files = await filesAtHub(site);
    const kept = HIDDEN.slice(0, 3);
    assertEquals(files.map(({ path }) => path).sort(), ["key", ...kept].sort());
    const { text } = await expect(200, send("POST", "/key?uploads"));
    const uploadId = /<UploadId>([^<]+)</.exec(text)?.[1] ?? "";
    for (const key of HIDDEN) {
      const { xetHash = "" } = files.find(({ path }) => path === key) ?? {};
      // The right entity tag would be the one of what is there.
      const etag = `"${xetHash.slice(0, 32)}-1"`;
      for (const [status, method, target, sent] of attempts(key, uploadId, etag)) {
        const answer = await send(method, target, sent);
        assertEquals(answer.status, status, `${method} ${target}: ${answer.text}`);
        assert(!answer.headers.has("etag") && !answer.headers.has("x-hf-xet-hash"));
      }
    }
    await expect(204, send("DELETE", `/key?uploadId=${uploadId}`));
    const untouched = async () => {
      assertEquals(await filesAtHub(site), files);
      assertEquals(await descriptionOf(site, "key"), described("CRC64NVME"));
    };
    await untouched();
    // Where the file's name makes the key.
    const answer = await send("POST", "", { body: form("~${filename}", "hugbucket/bucket.json") });
    // The object, and the checksum that is made of it.
    assertEquals([answer.status, (await filesAtHub(site)).length], [204, files.length + 2]);
    await expect(204, send("DELETE", "/~bucket.json"));
    await expect(
      400,
      send("POST", "", { body: form("~hugbucket/${filename}", "x/bucket.json") }),
    );
    await untouched();
  }));

Deno.test("no listing of any kind, with any delimiter, prefix or marker shows the gateway's own files", () =>
  withSite(async (site) => {
    const { send } = site;
    await WAYS["multipart"]?.write(site, "key");
    await WAYS["put"]?.write(site, "~zebra");
    await expect(200, send("PUT", "?cors", { body: CORS }));
    const prefixes = [
      "",
      "~",
      "~h",
      "~hugbucket",
      "~hugbucket/",
      "~hugbucket/meta/",
      "%7Ehugbucket%2F",
    ];
    const markers = ["", "key", "~", "~hugbucket", "~hugbucket/", "~hugbucket/meta/a"];
    const seen = new Set<string>();
    const list = async (query: string): Promise<Answer> => {
      const answer = await expect(200, send("GET", `?${query}`));
      const shown = [...answer.text.matchAll(/<(Contents|Version|CommonPrefixes)>.*?<\/\1>/g)];
      for (const [entry] of shown) {
        seen.add(/<(?:Key|Prefix)>([^<]*)</.exec(entry)?.[1] ?? "");
      }
      return answer;
    };
    for (const prefix of prefixes) {
      for (const delimiter of ["", "/", "~", "g", "hugbucket", "t/m"]) {
        const asked = `prefix=${prefix}&delimiter=${delimiter}`;
        for (const marker of markers) {
          await list(`list-type=2&${asked}&start-after=${marker}`);
          await list(`${asked}&marker=${marker}`);
          await list(`versions&${asked}&key-marker=${marker}`);
        }
      }
    }
    assertEquals([...seen].sort(), ["key", "~", "~zebra"]);
    const uploads = await expect(200, send("GET", "?uploads&prefix=~hugbucket/"));
    assert(!uploads.text.includes("<Upload>"));
    // And a bucket that holds nothing else is empty.
    for (const key of ["key", "~zebra"]) await expect(204, send("DELETE", `/${key}`));
    assertEquals((await filesAtHub(site)).map(({ path }) => path), ["~hugbucket/bucket.json"]);
    await expect(204, send("DELETE", ""));
  }));
