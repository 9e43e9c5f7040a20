/** How a panel looks: colours, axes, the wall. */

/** @import { Look } from "../picture/figure.js" */
/** @import { Scene } from "./scene.js" */

/** @param {Scene} scene */
export function toggleWall(scene, open = scene.wall.root.hidden) {
  const { wall, ui, store } = scene;
  wall.root.hidden = !open;
  ui.transport.wall.setAttribute("aria-pressed", `${open}`);
  if (open) store.wantBank?.(true);
  placeWall(scene);
  wall.draw();
}

const WIDE = 1300; // px of a panel that has room for a wall beside the pictures

/**
 * The wall stands beside the pictures where there is room, and below the controls where there is none.
 * @param {Scene} scene
 */
export function placeWall({ root, stand, ui, wall }) {
  const beside = !wall.root.hidden && root.clientWidth >= WIDE;
  stand.classList.toggle("auralise-beside", beside);
  if (beside === stand.contains(wall.root)) return;
  const focused = /** @type {Document | ShadowRoot} */ (root.getRootNode()).activeElement;
  const { scrollTop } = wall.grid;
  if (beside) stand.append(wall.root);
  else ui.keys.before(wall.root);
  wall.grid.scrollTop = scrollTop;
  if (focused instanceof HTMLElement && wall.root.contains(focused)) focused.focus({ preventScroll: true }); // to move it took it away
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
