/**
 * Every S3 error code that the gateway answers, with its HTTP status and default message.
 *
 * Source: the list of error codes in the Amazon S3 API reference ("Error responses").
 *
 * @module
 */

interface Row {
  readonly status: number;
  readonly message: string;
}

const row = (status: number, message: string): Row => ({ status, message });

/** Code → status and default message. The status belongs to the code. */
export const S3_ERRORS = {
  AccessControlListNotSupported: row(400, "The bucket does not allow ACLs"),
  AccessDenied: row(403, "Access Denied"),
  AccessForbidden: row(403, "CORSResponse: This CORS request is not allowed."),
  AuthorizationHeaderMalformed: row(
    400,
    "The authorization header that you provided is not valid.",
  ),
  AuthorizationQueryParametersError: row(
    400,
    "Error parsing the X-Amz-Credential parameter; the query parameters of the signature are not valid.",
  ),
  BadDigest: row(400, "The Content-MD5 or checksum you specified did not match what we received."),
  BadRequest: row(400, "Bad Request"),
  BucketAlreadyExists: row(
    409,
    "The requested bucket name is not available. Please select a different name and try again.",
  ),
  BucketAlreadyOwnedByYou: row(
    409,
    "Your previous request to create the named bucket succeeded and you already own it.",
  ),
  BucketNotEmpty: row(409, "The bucket you tried to delete is not empty."),
  ConditionalRequestConflict: row(
    409,
    "The conditional request cannot succeed due to a conflicting operation against this resource.",
  ),
  EntityTooLarge: row(400, "Your proposed upload exceeds the maximum allowed object size."),
  EntityTooSmall: row(400, "Your proposed upload is smaller than the minimum allowed size"),
  ExpiredToken: row(400, "The provided token has expired."),
  IllegalLocationConstraintException: row(400, "The specified location constraint is not valid."),
  IncompleteBody: row(
    400,
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
  ),
  InternalError: row(500, "We encountered an internal error. Please try again."),
  InvalidAccessKeyId: row(403, "The AWS Access Key Id you provided does not exist in our records."),
  InvalidArgument: row(400, "Invalid Argument"),
  InvalidBucketAclWithObjectOwnership: row(
    400,
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
  ),
  InvalidBucketName: row(400, "The specified bucket is not valid."),
  InvalidDigest: row(400, "The Content-MD5 you specified was invalid."),
  InvalidPart: row(
    400,
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  ),
  InvalidPartNumber: row(416, "The requested partnumber is not satisfiable"),
  InvalidPartOrder: row(
    400,
    "The list of parts was not in ascending order. Parts must be ordered by part number.",
  ),
  InvalidPolicyDocument: row(
    400,
    "The content of the form does not meet the conditions of the policy.",
  ),
  InvalidRange: row(416, "The requested range is not satisfiable"),
  InvalidRedirectLocation: row(
    400,
    "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
  ),
  InvalidRequest: row(400, "Invalid Request"),
  InvalidStorageClass: row(400, "The storage class you specified is not valid"),
  InvalidTag: row(400, "The tag provided was not a valid tag."),
  InvalidToken: row(400, "The provided token is malformed or otherwise invalid."),
  InvalidURI: row(400, "Couldn't parse the specified URI."),
  KeyTooLongError: row(400, "Your key is too long."),
  MalformedACLError: row(
    400,
    "The XML you provided was not well-formed or did not validate against our published schema.",
  ),
  MalformedPOSTRequest: row(
    400,
    "The body of your POST request is not well-formed multipart/form-data.",
  ),
  MalformedTrailerError: row(
    400,
    "The request contained trailing data that was not well-formed or did not conform to our published schema.",
  ),
  MalformedXML: row(
    400,
    "The XML you provided was not well-formed or did not validate against our published schema.",
  ),
  MaxMessageLengthExceeded: row(400, "Your request was too large."),
  MetadataTooLarge: row(400, "Your metadata headers exceed the maximum allowed metadata size"),
  MethodNotAllowed: row(405, "The specified method is not allowed against this resource."),
  MissingContentLength: row(411, "You must provide the Content-Length HTTP header."),
  MissingSecurityHeader: row(400, "Your request was missing a required header."),
  MissingRequestBodyError: row(400, "Request body is empty."),
  NoSuchBucket: row(404, "The specified bucket does not exist"),
  NoSuchBucketPolicy: row(404, "The bucket policy does not exist"),
  NoSuchCORSConfiguration: row(404, "The CORS configuration does not exist"),
  NoSuchConfiguration: row(404, "The specified configuration does not exist."),
  NoSuchKey: row(404, "The specified key does not exist."),
  NoSuchLifecycleConfiguration: row(404, "The lifecycle configuration does not exist"),
  NoSuchPublicAccessBlockConfiguration: row(
    404,
    "The public access block configuration was not found",
  ),
  NoSuchTagSet: row(404, "The TagSet does not exist"),
  NoSuchUpload: row(
    404,
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
  ),
  NoSuchVersion: row(404, "The specified version does not exist."),
  NoSuchWebsiteConfiguration: row(
    404,
    "The specified bucket does not have a website configuration",
  ),
  NotImplemented: row(
    501,
    "A header or query you provided implies functionality that is not implemented.",
  ),
  ObjectLockConfigurationNotFoundError: row(
    404,
    "Object Lock configuration does not exist for this bucket",
  ),
  OperationAborted: row(
    409,
    "A conflicting conditional operation is currently in progress against this resource. Try again.",
  ),
  PreconditionFailed: row(412, "At least one of the pre-conditions you specified did not hold"),
  ReplicationConfigurationNotFoundError: row(404, "The replication configuration was not found"),
  RequestTimeTooSkewed: row(
    403,
    "The difference between the request time and the server's time is too large.",
  ),
  RequestTimeout: row(
    400,
    "Your socket connection to the server was not read from or written to within the timeout period.",
  ),
  ServerSideEncryptionConfigurationNotFoundError: row(
    404,
    "The server side encryption configuration was not found",
  ),
  ServiceUnavailable: row(503, "Service is unable to handle request."),
  SignatureDoesNotMatch: row(
    403,
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
  ),
  SlowDown: row(503, "Please reduce your request rate."),
  UnexpectedContent: row(400, "This request does not support content."),
  TooManyBuckets: row(400, "You have attempted to create more buckets than allowed."),
  XAmzContentSHA256Mismatch: row(
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ),
} as const satisfies Record<string, Row>;

/** An S3 error code that the gateway answers. */
export type S3ErrorCode = keyof typeof S3_ERRORS;
