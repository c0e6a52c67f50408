/** Error codes of the service: status and text, as recorded where a recording exists. */

interface ErrorText {
  readonly status: number;
  readonly message: string;
}

const text = (status: number, message: string): ErrorText => ({ status, message });

const CONDITION = 'The condition specified using HTTP conditional header(s) is not met.';

export const ERRORS = {
  AuthenticationFailed: text(
    403,
    'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
  ),
  AuthorizationFailure: text(403, 'This request is not authorized to perform this operation.'),
  AuthorizationPermissionMismatch: text(
    403,
    'This request is not authorized to perform this operation using this permission.',
  ),
  AuthorizationProtocolMismatch: text(
    403,
    'This request is not authorized to perform this operation using this protocol.',
  ),
  AuthorizationResourceTypeMismatch: text(
    403,
    'This request is not authorized to perform this operation using this resource type.',
  ),
  AuthorizationServiceMismatch: text(
    403,
    'This request is not authorized to perform this operation using this service.',
  ),
  BlobAlreadyExists: text(409, 'The specified blob already exists.'),
  BlobNotFound: text(404, 'The specified blob does not exist.'),
  BothCrc64AndMd5RangeHeaderPresent: text(
    400,
    'Both x-ms-range-get-content-crc64 header and x-ms-range-get-content-md5 header are present.',
  ),
  ConditionNotMet: text(412, CONDITION),
  ContainerAlreadyExists: text(409, 'The specified container already exists.'),
  ContainerBeingDeleted: text(409, 'The specified container is being deleted. Try operation later.'),
  ContainerNotFound: text(404, 'The specified container does not exist.'),
  ContentLengthMustBeZero: text(400, 'The Content-Length request header must be zero.'),
  Crc64Mismatch: text(
    400,
    'The CRC64 value specified in the request did not match with the CRC64 value calculated by the server.',
  ),
  DirectoryIsNotEmpty: text(409, 'This operation is not permitted on a non-empty directory.'),
  DirectoryNotEmpty: text(409, 'The recursive query parameter value must be true to delete a non-empty directory.'),
  FilesystemAlreadyExists: text(409, 'The specified filesystem already exists.'),
  FilesystemBeingDeleted: text(409, 'The specified filesystem is being deleted.'),
  FilesystemNotFound: text(404, 'The specified filesystem does not exist.'),
  HierarchicalNamespaceNotEnabled: text(
    400,
    'This operation is only supported on accounts with hierarchical namespace enabled.',
  ),
  InternalError: text(500, 'Server encountered an internal error. Please try again after some time.'),
  InvalidAppendOperation: text(
    409,
    'The resource was created or modified by the Azure Blob Service API and cannot be appended to by the Azure Data Lake Storage Service API.',
  ),
  InvalidAuthenticationInfo: text(
    401,
    'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
  ),
  InvalidBlockId: text(400, 'The specified block ID is invalid. The block ID must be Base64-encoded.'),
  InvalidBlobOrBlock: text(400, 'The specified blob or block content is invalid.'),
  InvalidBlockList: text(400, 'The specified block list is invalid.'),
  InvalidFlushOperation: text(
    409,
    'The resource was created or modified by the Azure Blob Service API and cannot be written to by the Azure Data Lake Storage Service API.',
  ),
  InvalidFlushPosition: text(
    400,
    'The uploaded data is not contiguous or the position query parameter value is not equal to the length of the file after appending the uploaded data.',
  ),
  InvalidHeaderValue: text(400, 'The value for one of the HTTP headers is not in the correct format.'),
  InvalidInput: text(400, 'One of the request inputs is not valid.'),
  InvalidQueryParameterValue: text(
    400,
    'Value for one of the query parameters specified in the request URI is invalid.',
  ),
  InvalidRange: text(416, 'The range specified is invalid for the current size of the resource.'),
  InvalidRenameSourcePath: text(
    409,
    'The source directory cannot be the same as the destination directory, nor can the destination be a subdirectory of the source directory.',
  ),
  InvalidResourceName: text(400, 'The specified resource name contains invalid characters.'),
  InvalidSourceOrDestinationResourceType: text(409, 'The source and destination resource type must be identical.'),
  InvalidUri: text(400, 'The request URI is invalid.'),
  InvalidXmlDocument: text(400, 'XML specified is not syntactically valid.'),
  LeaseAlreadyPresent: text(409, 'There is already a lease present.'),
  LeaseIdMismatch: text(412, 'The lease ID specified did not match the lease ID for the resource.'),
  LeaseIdMismatchWithBlobOperation: text(412, 'The lease ID specified did not match the lease ID for the blob.'),
  LeaseIdMismatchWithContainerOperation: text(
    412,
    'The lease ID specified did not match the lease ID for the container.',
  ),
  LeaseIdMismatchWithLeaseOperation: text(
    409,
    'The lease ID specified did not match the lease ID for the blob/container.',
  ),
  LeaseIdMissing: text(412, 'There is currently a lease on the resource and no lease ID was specified in the request.'),
  LeaseIsBreakingAndCannotBeAcquired: text(
    409,
    'The lease ID matched, but the lease is currently in breaking state and cannot be acquired until it is broken.',
  ),
  LeaseIsBreakingAndCannotBeChanged: text(
    409,
    'The lease ID matched, but the lease is currently in breaking state and cannot be changed.',
  ),
  LeaseIsBrokenAndCannotBeRenewed: text(
    409,
    'The lease ID matched, but the lease has been broken explicitly and cannot be renewed.',
  ),
  LeaseLost: text(412, 'A lease ID was specified, but the lease for the blob has expired.'),
  LeaseNotPresent: text(412, 'There is currently no lease on the resource.'),
  LeaseNotPresentWithBlobOperation: text(412, 'There is currently no lease on the blob.'),
  LeaseNotPresentWithContainerOperation: text(412, 'There is currently no lease on the container.'),
  LeaseNotPresentWithLeaseOperation: text(409, 'There is currently no lease on the blob/container.'),
  Md5Mismatch: text(
    400,
    'The MD5 value specified in the request did not match with the MD5 value calculated by the server.',
  ),
  MissingRequiredHeader: text(400, 'An HTTP header that is mandatory for this request is not specified.'),
  MissingRequiredQueryParameter: text(400, 'A query parameter that is mandatory for this request is not specified.'),
  MultipleConditionHeadersNotSupported: text(400, 'Multiple condition headers are not supported.'),
  NoAuthenticationInformation: text(
    401,
    'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
  ),
  OperationTimedOut: text(500, 'Operation could not be completed within the permitted time.'),
  OutOfRangeInput: text(400, 'One of the request inputs is out of range.'),
  OutOfRangeQueryParameterValue: text(
    400,
    'One of the query parameters specified in the request URI is outside the permissible range.',
  ),
  PathAlreadyExists: text(409, 'The specified path already exists.'),
  PathConflict: text(
    409,
    'The specified path, or an element of the path, exists and its resource type is invalid for this operation.',
  ),
  PathNotFound: text(404, 'The specified path does not exist.'),
  RenameDestinationParentPathNotFound: text(404, 'The parent directory of the destination path does not exist.'),
  RequestBodyTooLarge: text(413, 'The request body is too large and exceeds the maximum permissible limit.'),
  ResourceTypeMismatch: text(409, 'The resource type specified does not match the type of the existing resource.'),
  ServerBusy: text(503, 'Operations per second is over the account limit.'),
  SourceConditionNotMet: text(412, 'The source condition specified using HTTP conditional header(s) is not met.'),
  SourcePathNotFound: text(404, 'The source path for a rename operation does not exist.'),
  TooManyRequests: text(429, 'Too many requests.'),
  UnsupportedHeader: text(400, 'One of the HTTP headers specified in the request is not supported.'),
  UnsupportedHttpVerb: text(405, "The resource doesn't support specified Http Verb."),
  UnsupportedQueryParameter: text(400, 'One of the query parameters specified in the request URI is not supported.'),
} as const satisfies Record<string, ErrorText>;

export type ErrorCode = keyof typeof ERRORS;

interface ErrorExtras {
  /** Instead of the code's own status: a refused condition is a 304 for a read. */
  readonly status?: number;
  /** A third member of the JSON error, further elements of the XML one. */
  readonly detail?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Refused before the service saw the request: no `x-ms-version`, another `Server`. */
  readonly isBeforeService?: boolean;
}

/** What ends a call: thrown by any route, made into a reply by `reply.ts`. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly extras: ErrorExtras;

  constructor(code: ErrorCode, extras: ErrorExtras = {}) {
    super(ERRORS[code].message);
    this.code = code;
    this.status = extras.status ?? ERRORS[code].status;
    this.extras = extras;
  }
}

export type HostKind = 'dfs' | 'blob';

/** The same state has another code on each host. */
const CODES = {
  pathMissing: { dfs: 'PathNotFound', blob: 'BlobNotFound' },
  pathExists: { dfs: 'PathAlreadyExists', blob: 'BlobAlreadyExists' },
  filesystemMissing: { dfs: 'FilesystemNotFound', blob: 'ContainerNotFound' },
  filesystemExists: { dfs: 'FilesystemAlreadyExists', blob: 'ContainerAlreadyExists' },
  filesystemBeingDeleted: { dfs: 'FilesystemBeingDeleted', blob: 'ContainerBeingDeleted' },
  directoryNotEmpty: { dfs: 'DirectoryNotEmpty', blob: 'DirectoryIsNotEmpty' },
  leaseNotPresent: { dfs: 'LeaseNotPresent', blob: 'LeaseNotPresentWithBlobOperation' },
  leaseMismatch: { dfs: 'LeaseIdMismatch', blob: 'LeaseIdMismatchWithBlobOperation' },
  leaseMissing: { dfs: 'LeaseIdMissing', blob: 'LeaseIdMissing' },
  leaseLost: { dfs: 'LeaseLost', blob: 'LeaseLost' },
} as const satisfies Record<string, Record<HostKind, ErrorCode>>;

export function refusal(state: keyof typeof CODES, host: HostKind): ServiceError {
  return new ServiceError(CODES[state][host]);
}
