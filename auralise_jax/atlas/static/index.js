/* Made by js/build.js from js/: change that. */
function follow(sound,picture){let line=picture?.querySelector(".head");if(!line)return;let step=()=>{let on=!sound.paused&&sound.duration>0;if(line.setAttribute(
"visibility",on?"visible":"hidden"),!on)return;let place=`${100*sound.currentTime/sound.duration}`;line.setAttribute("x1",place),line.setAttribute("x2",place),requestAnimationFrame(
step)};step()}var REST=90,Auditioning=class{#player=new Audio;#playing=null;#waiting;#sound;#said;constructor(cards2,sound,said){this.#sound=sound,this.#said=said;let stop=()=>this.
stop();for(let card of cards2)card.addEventListener("pointerenter",event=>{event.pointerType!=="touch"&&(clearTimeout(this.#waiting),this.#waiting=setTimeout(()=>this.#play(
card),REST))}),card.addEventListener("pointerleave",stop),card.addEventListener("focusin",()=>this.#play(card)),card.addEventListener("focusout",stop);this.#player.
addEventListener("ended",stop),sound.addEventListener("change",stop),addEventListener("pagehide",stop),document.addEventListener("visibilitychange",stop),document.
addEventListener("keydown",event=>event.key==="Escape"&&this.stop());for(let kind of["pointerup","keyup"])addEventListener(kind,()=>said.textContent&&this.#playing&&
this.#play(this.#playing))}stopHidden(){this.#playing?.hidden&&this.stop()}stop(){clearTimeout(this.#waiting),this.#player.pause(),this.#playing?.classList.remove(
"playing"),this.#playing=null}async#play(card){if(this.stop(),!(!this.#sound.checked||!card.dataset.sound)){this.#playing=card,this.#player.src=`data:audio/ogg;\
base64,${card.dataset.sound}`;try{await this.#player.play()}catch(error){let{name}=error;if(name==="AbortError"||this.#playing!==card)return;this.#said.textContent=
name==="NotAllowedError"?"Browsers play no sound before a first click or key: click anywhere on this page.":"This browser cannot play Ogg Vorbis sound.";return}
this.#said.textContent="",this.#playing===card&&(card.classList.add("playing"),follow(this.#player,card))}}};function fits({words:words2="",layer:own},asked,layer2){let name=words2.split(" ",1)[0],found=asked.toLowerCase().split(/\s+/).filter(Boolean);return(layer2===""||
layer2===own)&&found.every(one=>/^\d+-\d+$/.test(one)?name===one:words2.includes(one))}var comparedBy=order2=>(one,other)=>(order2==="place"?1:-1)*(Number(one[order2])-
Number(other[order2]))||Number(one.place)-Number(other.place);var byId=id=>document.getElementById(id),list=byId("features"),cards=[...list.children],words=byId("words"),[layer,order]=["layer","order"].map(id=>byId(id)),auditioning=new Auditioning(
cards,byId("sound"),byId("said"));function show(){let count=0;for(let card of cards)card.hidden=!fits(card.dataset,words.value,layer.value),card.hidden||(count+=
1);byId("found").textContent=`${count} ${count===1?"feature":"features"}`,auditioning.stopHidden()}function sort(){let compare=comparedBy(order.value);cards.sort(
(one,other)=>compare(one.dataset,other.dataset)),list.append(...cards)}words.addEventListener("input",show);layer.addEventListener("change",show);order.addEventListener(
"change",sort);sort();show();
