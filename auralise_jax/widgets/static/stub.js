/**
 * What anywidget loads, once for each panel, from a URL of its own: browsers never free such a
 * module. So it is small, and the panel's own code, a trait, is loaded once a page.
 */
const version = "VERSION"; // panels of two versions may share a page

function load(model) {
  const loaded = (globalThis.auraliseJax ??= {});
  const code = () => new Blob([model.get("_code")], { type: "text/javascript" });
  const bring = async () => {
    const url = URL.createObjectURL(code());
    try {
      return await import(url);
    } finally {
      URL.revokeObjectURL(url);
    }
  };
  return (loaded[version] ??= bring());
}

export default () => {
  let hooks;
  const own = (model) => (hooks ??= load(model).then((module) => module.default()));
  return {
    initialize: async (told) => (await own(told.model)).initialize(told),
    render: async (told) => (await own(told.model)).render(told),
  };
};
