/** Style sheets are bundled as text. */
declare module "*.css" {
  const text: string;
  export default text;
}

/** Of the notebook's code; the build fills it in. */
declare const VERSION: string;
