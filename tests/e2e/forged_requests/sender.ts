import { assertEquals, assertMatch } from "@std/assert";
import type { RawAnswer, RawConnection, RawRequest } from "../../support/raw_connection.ts";
import type { Fixture } from "./fixture.ts";
import type { Forgery } from "./forgeries.ts";
import type { Row } from "./rows.ts";

/** Sends requests one after another on a connection, and on a new one when the gateway closes it. */
export class Sender implements Disposable {
  readonly #fixture: Fixture;
  #connection: RawConnection | undefined;

  /** @param fixture Whom to send them to. */
  constructor(fixture: Fixture) {
    this.#fixture = fixture;
  }

  /** Sends a request and reads its answer. */
  async send(request: RawRequest): Promise<RawAnswer> {
    const connection = this.#connection ??= await this.#fixture.connect();
    const answer = await connection.exchange(request);
    if (answer.headers.get("connection") === "close") this[Symbol.dispose]();
    return answer;
  }

  /**
   * Sends a forged request and holds its answer against what S3 answers.
   *
   * @param calls How many calls of the Hub and the CAS it may have cost at most. Default none.
   */
  async expectRefusal(
    { name, status, code }: Pick<Forgery, "name" | "status" | "code">,
    { operation }: Pick<Row, "operation">,
    request: RawRequest,
    calls = 0,
  ): Promise<void> {
    const { counters } = this.#fixture.hub;
    counters.reset();
    const answer = await this.send(request);
    const which = `${name}: ${operation}, ${request.method} ${request.target}`;
    assertEquals(answer.status, status, `${which} ${answer.body}`);
    if (request.method === "HEAD") assertEquals(answer.body, "", which);
    else assertEquals(answer.code, code, `${which} ${answer.body}`);
    assertMatch(answer.headers.get("x-amz-request-id") ?? "", /^[0-9A-F]{16}$/, which);
    assertEquals(/test-secret|other-secret/.test(answer.body), false, which);
    const spent = counters.of("*").calls;
    assertEquals(spent <= calls, true, `${which} cost ${JSON.stringify(counters.all())}`);
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.#connection?.[Symbol.dispose]();
    this.#connection = undefined;
  }
}
