/** What one document may take, so that a small hostile file cannot occupy a whole instance. */
export interface ConversionLimits {
  /** Pages of a PDF. @default 2000 */
  readonly maxPages: number;
  /** Bytes that the parts of a DOCX may inflate to, all together. @default 134217728 (128 MiB) */
  readonly maxInflatedBytes: number;
  /** JavaScript heap of one conversion in MiB, its old generation. @default 256 */
  readonly maxMemoryMebibytes: number;
  /** Buffers of one conversion in MiB, outside of its heap and beside the document itself. @default 256 */
  readonly maxBufferMebibytes: number;
}

export const DEFAULT_LIMITS: ConversionLimits = {
  maxPages: 2000,
  maxInflatedBytes: 128 * 1024 * 1024,
  maxMemoryMebibytes: 256,
  maxBufferMebibytes: 256,
};
