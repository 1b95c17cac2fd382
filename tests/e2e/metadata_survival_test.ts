import { assert, assertEquals } from "@std/assert";
import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import {
  changeAtHub,
  defaultChecksumOf,
  described,
  descriptionOf,
  expect,
  filesAtHub,
  NOTHING,
  openSite,
  type Site,
  WAYS,
  withSite,
} from "./described_objects.ts";

Deno.test("everything beside the bytes survives every way of writing, a restart, and another gateway", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const check = async (site: Site) => {
      for (const [key, { algorithm }] of Object.entries(WAYS)) {
        assertEquals(await descriptionOf(site, key), described(algorithm), key);
      }
    };
    await withSite(async (site) => {
      for (const [key, { write }] of Object.entries(WAYS)) await write(site, key);
      await check(site);
      await using other = openSite(site.hub);
      await check(other);
    }, { directory });
    const hub = await createEmbeddedHub({ directory });
    try {
      await using restarted = openSite(hub);
      await check(restarted);
    } finally {
      await hub.close();
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** What other tools and clients do to an object, after which it is another one. */
const ENDS: Readonly<Record<string, (site: Site, key: string) => Promise<void>>> = {
  async "another tool writes other bytes"(site, path) {
    await changeAtHub(site, { ...await fileOf(site, "other"), path, mtime: 1_600_000_000_000 });
  },
  async "another tool writes the same bytes"(site, path) {
    await changeAtHub(site, { ...await fileOf(site, path), mtime: 1_600_000_000_000 });
  },
  async "another tool deletes it and writes the same bytes"(site, path) {
    const file = await fileOf(site, path);
    await changeAtHub(site, { type: "deleteFile", path });
    await expect(404, site.send("HEAD", `/${path}`));
    await changeAtHub(site, { ...file, mtime: 1_600_000_000_000 });
  },
  async "a client overwrites it"({ send }, key) {
    await expect(200, send("PUT", `/${key}`, { body: OTHER }));
  },
  async "a client deletes it and writes the same bytes"({ send }, key) {
    const { text } = await expect(200, send("GET", `/${key}`));
    await expect(204, send("DELETE", `/${key}`));
    await expect(404, send("HEAD", `/${key}`));
    await expect(200, send("PUT", `/${key}`, { body: text }));
  },
  async "a client deletes it among others and writes it anew"({ send }, key) {
    const body = `<Delete><Object><Key>${key}</Key></Object><Object><Key>x</Key></Object></Delete>`;
    await expect(200, send("POST", "?delete", { body }));
    await expect(200, send("PUT", `/${key}`, { body: OTHER }));
  },
  async "a client copies another over it"({ send }, key) {
    const headers = { "x-amz-copy-source": "/described/other" };
    await expect(200, send("PUT", `/${key}`, { headers }));
  },
  async "a form overwrites it"({ send }, key) {
    const body = new FormData();
    body.append("key", key);
    body.append("file", new Blob([OTHER]));
    await expect(204, send("POST", "", { body }));
  },
};

const OTHER = "other bytes";

async function fileOf(site: Site, path: string) {
  const { xetHash } = (await filesAtHub(site)).find((file) => file.path === path) ?? {};
  return { type: "addFile", path, xetHash };
}

for (const [what, end] of Object.entries(ENDS)) {
  Deno.test(`nothing is left of what was beside the bytes when ${what}`, () =>
    withSite(async (site) => {
      await expect(200, site.send("PUT", "/other", { body: OTHER }));
      for (const [way, { write }] of Object.entries(WAYS)) {
        const key = "object";
        await write(site, key);
        const before = await expect(200, site.send("GET", `/${key}`));
        await end(site, key);
        const { text } = await expect(200, site.send("GET", `/${key}`));
        assert(text === OTHER || text === before.text);
        const { headers, tags, checksum } = await descriptionOf(site, key, text);
        // A client that names no type gets the default, and FormData names one for a file.
        const { "content-type": type, ...others } = headers;
        assert(type !== described("CRC32").headers["content-type"], `${way}: ${type}`);
        const { "content-type": _, ...nothing } = NOTHING.headers;
        // Another tool has no checksum made.
        const made = what.startsWith("another tool") ? "" : defaultChecksumOf(text);
        assertEquals([others, tags, checksum], [nothing, "", made], way);
        // A part that is asked for is the whole: there is no memory of parts either.
        const part = await expect(206, site.send("GET", `/${key}?partNumber=1`));
        assertEquals([part.text, part.headers.get("x-amz-mp-parts-count")], [text, null]);
        await using other = openSite(site.hub);
        assertEquals((await descriptionOf(other, key, text)).headers, headers, way);
        await expect(204, site.send("DELETE", `/${key}`));
      }
    }));
}
