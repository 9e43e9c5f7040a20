/** Unpacking what is packed by gzip. */

const TOO_OLD = "this browser is too old to unpack gzip; open the page in a current Chrome, Edge, Firefox or Safari";

/**
 * @param {Uint8Array<ArrayBuffer> | ArrayBuffer} bytes
 * @param {string} damaged what is wrong if they cannot be unpacked: the browser's own words speak of fetching
 */
export async function gunzip(bytes, damaged = "its data are damaged") {
  if (!globalThis.DecompressionStream) throw new Error(TOO_OLD);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new Error(damaged);
  }
}
