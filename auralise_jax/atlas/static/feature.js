/* Made by js/build.js from js/: change that. */
function follow(sound,picture){let line=picture?.querySelector(".head");if(!line)return;let step=()=>{let on=!sound.paused&&sound.duration>0;if(line.setAttribute(
"visibility",on?"visible":"hidden"),!on)return;let place=`${100*sound.currentTime/sound.duration}`;line.setAttribute("x1",place),line.setAttribute("x2",place),requestAnimationFrame(
step)};step()}var sounds=[...document.querySelectorAll("audio")];for(let sound of sounds)sound.addEventListener("play",()=>{for(let other of sounds)other!==sound&&other.pause()}),
sound.addEventListener("playing",()=>follow(sound,sound.parentElement?.querySelector("svg")));addEventListener("pagehide",()=>sounds.forEach(sound=>sound.pause()));
document.addEventListener("keydown",event=>{if(event.altKey||event.ctrlKey||event.metaKey||event.shiftKey||event.target!==document.body)return;let relation={ArrowLeft:"\
prev",ArrowRight:"next"}[event.key];document.querySelector(`a[rel="${relation}"]`)?.click()});
