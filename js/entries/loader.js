/**
 * What anywidget loads for each panel, from a URL of its own: browsers never free such a module, and
 * saved notebooks keep it. So it is small. The panel's code comes once a page: the first panel of a
 * kernel brings it in the trait `_code`, which is emptied at once; in a page that was not there then, or
 * is loaded again, one panel asks for all. It is run once for each language that the page's panels speak.
 */

/** @import { Model } from "../types.js" */
/** @typedef {{default: () => {initialize: (props: {model: Model}) => () => void, render: (props: {el: HTMLElement}) => () => void}}} Panels */
/** @typedef {() => void} Ask */
/** @typedef {{panels: (lang: string) => Promise<Panels>, bring: (code: string) => void, here: boolean, asking: Map<unknown, Set<Ask>>}} Page what a page holds of a version of the package */

/** @param {string} code */
async function run(code) {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    return await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** @returns {Page} */
function newPage() {
  /** @type {(code: string) => void} */
  let resolve = () => {};
  const code = /** @type {Promise<string>} */ (new Promise((done) => (resolve = done)));
  /** @type {Map<string, Promise<Panels>>} */
  const spoken = new Map();
  const made = {
    panels(/** @type {string} */ lang) {
      const panels = spoken.get(lang) ?? code.then(run);
      spoken.set(lang, panels);
      return panels;
    },
    here: false,
    asking: new Map(),
    /** @param {string} text */
    bring(text) {
      made.here = true;
      resolve(text);
    },
  };
  return made;
}

const versions = /** @type {{auraliseJax?: Record<string, Page>}} */ (globalThis);
const page = ((versions.auraliseJax ??= {})[VERSION] ??= newPage()); // panels of two versions may share a page

/**
 * Take the code from a model's kernel, unless it is here. Of the panels of a kernel the first asks;
 * if that panel goes before the answer, the next asks. Returns a function that ends the wait.
 * @param {Model & {widget_manager?: unknown}} model
 */
function fetchCode(model) {
  if (model.get("_code")) page.bring(model.get("_code"));
  if (page.here) return () => {};
  const asking = page.asking.get(model.widget_manager) ?? new Set();
  page.asking.set(model.widget_manager, asking);
  /** @type {Ask} */
  const ask = () => model.send({ kind: "code", request: "code" });
  /** @param {{kind?: string, code?: string}} message */
  const receive = ({ kind, code }) => kind === "code" && page.bring(code ?? "");
  model.on("msg:custom", receive);
  asking.add(ask);
  if (asking.size === 1) ask();
  return () => {
    model.off("msg:custom", receive);
    const [first] = asking;
    asking.delete(ask);
    const [next] = asking;
    if (first === ask && !page.here) next?.();
  };
}

/** Whether this is a notebook that marimo saved as a page: no kernel is there, nor will be. */
const IS_SAVED = "__MARIMO_STATIC__" in globalThis;

export default () => {
  /** @type {Promise<ReturnType<Panels["default"]>>} */
  let hooks;
  return {
    /**
     * Nothing is awaited: anywidget holds messages back, the code among them, until this is over.
     * @param {{model: Model}} props
     */
    initialize(props) {
      if (IS_SAVED) return () => {};
      let end = fetchCode(props.model);
      let closed = false;
      hooks = page.panels(props.model.get("_lang")).then((panels) => {
        end();
        const made = panels.default();
        end = closed ? () => {} : made.initialize(props);
        return made;
      });
      return () => {
        closed = true;
        end();
      };
    },
    /** @param {{model: Model, el: HTMLElement}} props */
    async render(props) {
      if (!IS_SAVED) return (await hooks).render(props);
      props.el.innerHTML = props.model.get("_still"); // the kernel's own, whose names are escaped
      return () => props.el.replaceChildren();
    },
  };
};
