/** How a panel looks: colours, axes, the wall. */

/** @import { Look } from "../picture/figure.js" */
/** @import { Scene } from "./scene.js" */

/** @param {Scene} scene */
export function toggleWall({ wall, ui, store }, open = wall.root.hidden) {
  wall.root.hidden = !open;
  ui.transport.wall.setAttribute("aria-pressed", `${open}`);
  if (open) store.wantBank?.(true);
  wall.draw();
}

/**
 * @param {Scene} scene
 * @param {Partial<Look>} look
 */
function setLook({ figure, wall }, look) {
  figure.setLook(look);
  wall.draw();
}

/** @param {Scene} scene */
export function listenForLooks(scene) {
  const { figure, ui: { transport, view } } = scene;
  view.scale.select.addEventListener("change", () => setLook(scene, { scale: /** @type {Look["scale"]} */ (view.scale.select.value) }));
  view.range.select.addEventListener("change", () => setLook(scene, { range: [-view.range.select.value, 0] }));
  view.map.select.addEventListener("change", () => setLook(scene, { map: /** @type {Look["map"]} */ (view.map.select.value) }));
  for (const { node, axis, step } of view.zooms) node.addEventListener("click", () => figure.zoom(axis, step));
  view.whole.addEventListener("click", () => figure.showWhole());
  transport.wall.addEventListener("click", () => toggleWall(scene));
}
