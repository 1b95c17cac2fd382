/** Status codes by name, those that this project uses. */
export const STATUS_CODE: {
  readonly OK: 200;
  readonly Created: 201;
  readonly NoContent: 204;
  readonly PartialContent: 206;
  readonly Found: 302;
  readonly NotModified: 304;
  readonly BadRequest: 400;
  readonly Unauthorized: 401;
  readonly Forbidden: 403;
  readonly NotFound: 404;
  readonly MethodNotAllowed: 405;
  readonly Conflict: 409;
  readonly LengthRequired: 411;
  readonly PreconditionFailed: 412;
  readonly ContentTooLarge: 413;
  readonly RangeNotSatisfiable: 416;
  readonly UnprocessableEntity: 422;
  readonly TooManyRequests: 429;
  readonly InternalServerError: 500;
  readonly NotImplemented: 501;
  readonly BadGateway: 502;
  readonly ServiceUnavailable: 503;
  readonly GatewayTimeout: 504;
};
/** Reason phrases by status code. */
export const STATUS_TEXT: Readonly<Record<number, string>>;
