import { assertEquals } from "@std/assert";

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What a request says besides its method and target. */
export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** Sends a request. */
export async function send(method: string, url: string, sent: Sent = {}): Promise<Answer> {
  const { headers = {}, body = null } = sent;
  const response = await fetch(url, { method, headers, body });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Sends a request that must be answered so; tries again while it is told to come again. */
export async function expect(
  status: number,
  method: string,
  url: string,
  sent: Sent = {},
): Promise<Answer> {
  for (let attempt = 0;; attempt++) {
    const answer = await send(method, url, sent);
    if (answer.status !== status && answer.status === 503 && attempt < 20) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      continue;
    }
    assertEquals(answer.status, status, `${method} ${url}: ${answer.text}`);
    return answer;
  }
}

/** Begins a multipart upload and tells its id. */
export async function beginUpload(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { text } = await expect(200, "POST", `${url}?uploads`, { headers });
  const id = /<UploadId>([^<]+)</.exec(text)?.[1];
  if (id === undefined) throw new Error(text);
  return id;
}

/** The document that completes an upload. */
export const completion = (etags: readonly (string | null)[]): string => {
  const parts = etags.map((etag, at) =>
    `<Part><PartNumber>${at + 1}</PartNumber><ETag>${etag}</ETag></Part>`
  );
  return `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
};
