/* Made by js/build.js from js/: change that. */
async function run(code){let url=URL.createObjectURL(new Blob([code],{type:"text/javascript"}));try{return await import(url)}finally{URL.revokeObjectURL(url)}}function newPage(){
let resolve=()=>{},code=new Promise(done=>resolve=done),spoken=new Map,made={panels(lang){let panels=spoken.get(lang)??code.then(run);return spoken.set(lang,panels),
panels},here:!1,asking:new Map,bring(text){made.here=!0,resolve(text)}};return made}var versions=globalThis,page=(versions.auraliseJax??={}).cbba61e98206b5e35ab9eed5a2dfaa2e1afe99d365f940e6a5a6f094f7a60d42??=
newPage();function fetchCode(model){if(model.get("_code")&&page.bring(model.get("_code")),page.here)return()=>{};let asking=page.asking.get(model.widget_manager)??
new Set;page.asking.set(model.widget_manager,asking);let ask=()=>model.send({kind:"code",request:"code"}),receive=({kind,code})=>kind==="code"&&page.bring(code??
"");return model.on("msg:custom",receive),asking.add(ask),asking.size===1&&ask(),()=>{model.off("msg:custom",receive);let[first]=asking;asking.delete(ask);let[next]=asking;
first===ask&&!page.here&&next?.()}}var IS_SAVED="__MARIMO_STATIC__"in globalThis,loader_default=()=>{let hooks;return{initialize(props){if(IS_SAVED)return()=>{};
let end=fetchCode(props.model),closed=!1;return hooks=page.panels(props.model.get("_lang")).then(panels=>{end();let made=panels.default();return end=closed?()=>{}:
made.initialize(props),made}),()=>{closed=!0,end()}},async render(props){return IS_SAVED?(props.el.innerHTML=props.model.get("_still"),()=>props.el.replaceChildren()):
(await hooks).render(props)}}};export{loader_default as default};
