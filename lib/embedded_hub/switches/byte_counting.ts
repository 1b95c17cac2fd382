/** Counting the bytes of bodies, without touching those whose length is announced. */

/**
 * The request, counted: by its `Content-Length`, or as its body is read. The path of the result is not to be trusted, as `Request`
 * normalises it.
 */
export function countRequest(request: Request, add: (bytes: number) => void): Request {
  if (request.body === null) return request;
  const announced = request.headers.get("Content-Length");
  if (announced !== null) {
    add(Number(announced));
    return request;
  }
  return new Request(request, { body: counted(request.body, add) });
}

/** The answer, counted: by its `Content-Length`, or as its body is sent. */
export function countResponse(response: Response, add: (bytes: number) => void): Response {
  if (response.body === null) return response;
  const announced = response.headers.get("Content-Length");
  if (announced !== null) {
    add(Number(announced));
    return response;
  }
  return new Response(counted(response.body, add), response);
}

function counted(
  body: ReadableStream<Uint8Array>,
  add: (bytes: number) => void,
): ReadableStream<Uint8Array> {
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        add(piece.length);
        controller.enqueue(piece);
      },
    }),
  );
}
