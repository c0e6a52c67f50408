/** The bytes of a file that formats of whole files read from anywhere. */
export interface FileBytes {
  readonly size: number;
  /** Fills `target` from `position`; fewer bytes only at the end. */
  read(target: Uint8Array, position: number): Promise<number>;
}
