/** Style sheets are bundled as text. */
declare module "*.css" {
  const text: string;
  export default text;
}

/** Of the notebook's code; the build fills it in. */
declare const VERSION: string;

/** Published without types: what is used of it. */
declare module "fft.js" {
  export default class FFT {
    constructor(size: number);
    transform(out: Float64Array, data: Float64Array): void;
    inverseTransform(out: Float64Array, data: Float64Array): void;
  }
}

/** Of a page's code: whether the page has panels that compute. The build fills it in. */
declare const COMPUTES: boolean;

/** The data of a module for MyST, which stand before its code. */
declare const AURALISE: {
  lang: string;
  words: Record<string, string> | null;
  page: import("./host/documents.js").PageDocument | import("./host/documents.js").LiveDocument;
  elements: Record<string, string>;
};
