/** A request as it goes on the wire. */
export interface RawRequest {
  readonly method: string;
  /** What stands on the request line, raw. */
  readonly target: string;
  /** Sent as they are, a character a byte; `Host` and `Content-Length` are added where missing. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** The code of an error document, else an empty text. */
  readonly code: string;
}

/** One HTTP/1.1 connection, spoken by hand: nothing is normalised, retried or followed. */
export class RawConnection implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #authority: string;
  #received: Uint8Array = new Uint8Array(0);

  private constructor(connection: Deno.TcpConn, authority: string) {
    this.#connection = connection;
    this.#authority = authority;
  }

  /** Connects to the server of a URL. */
  static async open(url: string): Promise<RawConnection> {
    const { hostname, port, host } = new URL(url);
    return new RawConnection(await Deno.connect({ hostname, port: Number(port) }), host);
  }

  /** Sends a request and reads its answer; 100 is passed over. */
  async exchange(request: RawRequest): Promise<RawAnswer> {
    await this.write(bytesOfRequest(request, this.#authority));
    let answer = await this.read(request.method);
    while (answer.status === 100) answer = await this.read(request.method);
    return answer;
  }

  /** Sends bytes; text a character a byte. */
  async write(bytes: string | Uint8Array): Promise<void> {
    const data = typeof bytes === "string" ? latin1(bytes) : bytes;
    for (let at = 0; at < data.length;) at += await this.#connection.write(data.subarray(at));
  }

  /** Ends what is sent; answers can still be read. */
  closeWrite(): Promise<void> {
    return this.#connection.closeWrite();
  }

  /** Reads one answer to a request of the method. */
  async read(method = "GET"): Promise<RawAnswer> {
    const head = await this.#until("\r\n\r\n");
    const [statusLine = "", ...lines] = head.split("\r\n").filter((line) => line !== "");
    const status = Number(/^HTTP\/1\.[01] (\d{3}) ?/.exec(statusLine)?.[1]);
    const headers = new Map(lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }));
    const bodiless = method === "HEAD" || status === 204 || status === 304 || status < 200;
    const body = bodiless ? "" : await this.#body(headers);
    return { status, headers, body, code: /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? "" };
  }

  /** Whether the server has closed, with nothing more on the connection. */
  async ended(): Promise<boolean> {
    return this.#received.length === 0 && !await this.#more();
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.#connection.close();
  }

  async #body(headers: ReadonlyMap<string, string>): Promise<string> {
    if (headers.get("transfer-encoding") === undefined) {
      return await this.#take(Number(headers.get("content-length") ?? 0));
    }
    let body = "";
    for (;;) {
      const size = parseInt(await this.#until("\r\n"), 16);
      body += await this.#take(size);
      await this.#until("\r\n");
      if (size === 0) return body;
    }
  }

  async #until(end: string): Promise<string> {
    for (;;) {
      const at = textOf(this.#received).indexOf(end);
      if (at >= 0) return await this.#take(at + end.length);
      if (!await this.#more()) throw new Error("The connection ended inside an answer");
    }
  }

  async #take(count: number): Promise<string> {
    while (this.#received.length < count) {
      if (!await this.#more()) throw new Error("The connection ended inside a body");
    }
    const taken = this.#received.slice(0, count);
    this.#received = this.#received.slice(count);
    return textOf(taken);
  }

  async #more(): Promise<boolean> {
    const buffer = new Uint8Array(64 * 1024);
    const count = await this.#connection.read(buffer);
    if (count === null) return false;
    const joined = new Uint8Array(this.#received.length + count);
    joined.set(this.#received);
    joined.set(buffer.subarray(0, count), this.#received.length);
    this.#received = joined;
    return true;
  }
}

function bytesOfRequest({ method, target, headers, body }: RawRequest, host: string): Uint8Array {
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (!names.has("host")) lines.push(`Host: ${host}`);
  const length = body === undefined ? undefined : String(body.length);
  if (length !== undefined && !names.has("content-length") && !names.has("transfer-encoding")) {
    lines.push(`Content-Length: ${length}`);
  }
  const head = latin1(`${method} ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
  const whole = new Uint8Array(head.length + (body?.length ?? 0));
  whole.set(head);
  if (body !== undefined) whole.set(body, head.length);
  return whole;
}

const latin1 = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A character a byte; the platform's own "latin1" is Windows-1252. */
function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}
