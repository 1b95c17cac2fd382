/** A page of the gateway's own, under `/-/`. */
export interface Page {
  /** What it answers to besides GET and HEAD. Default: nothing. */
  readonly methods?: readonly string[];
  /** Whether it has more below itself, as `/-/name/more`. Default: no, that is 404. */
  readonly hasMore?: boolean;
  /** Answers a request for it. */
  answer(request: PageRequest): Response | Promise<Response>;
}

/** A request for a page. */
export interface PageRequest {
  /** The request as it came. Of its URL use only what stands below. */
  readonly request: Request;
  /** What follows the page's name, as it was sent: empty, or `/` and more. */
  readonly rest: string;
  /** What follows the first `?`, as it was sent. */
  readonly rawQuery: string | undefined;
  /** Whether the gateway is being stopped. */
  readonly stopping: boolean;
}
