/** Reads pieces of a file, never beyond its end. */

/** @import { Header } from "./headers.js" */

export class Reader {
  /** @param {Blob} file */
  constructor(file) {
    this.file = file;
    this.size = file.size;
  }

  /**
   * `length` bytes from `at` on, fewer where the file ends before.
   * @param {number} at
   * @param {number} length
   */
  async read(at, length) {
    return new Uint8Array(await this.slice(at, at + length).arrayBuffer());
  }

  /**
   * @param {number} from
   * @param {number} [to]
   */
  slice(from, to = this.size) {
    return this.file.slice(Math.min(from, this.size), Math.min(to, this.size));
  }
}

/**
 * Bytes as letters.
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} length
 */
export const text = (bytes, at, length) => String.fromCharCode(...bytes.subarray(at, at + length));

/**
 * The header of a file that cannot be heard.
 * @param {string} wrong why, as a predicate
 * @returns {Header}
 */
export const refused = (wrong) => ({ rate: null, channels: 1, seconds: null, exact: false, wrong });
