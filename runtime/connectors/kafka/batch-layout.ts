/**
 * Where the parts of a record batch stand (format 2; Kafka protocol, "Record Batch"), for its reader and its writer.
 */
export const LENGTH_AT = 8;
export const LEADER_EPOCH_AT = 12;
export const MAGIC_AT = 16;
export const CRC_AT = 17;
export const ATTRIBUTES_AT = 21;
export const LAST_OFFSET_DELTA_AT = 23;
export const BASE_TIME_AT = 27;
export const MAX_TIME_AT = 35;
export const PRODUCER_ID_AT = 43;
export const PRODUCER_EPOCH_AT = 51;
export const SEQUENCE_AT = 53;
export const RECORD_COUNT_AT = 57;
export const BATCH_HEADER_BYTES = 61;

export const TRANSACTIONAL = 0x10;
