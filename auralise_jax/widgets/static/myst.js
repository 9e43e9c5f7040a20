/* Made by js/build.js from js/: change that. */
var ICONS={play:"M8 5.2v13.6a.9.9 0 0 0 1.4.8l10.3-6.8a.9.9 0 0 0 0-1.6L9.4 4.4A.9.9 0 0 0 8 5.2z",pause:"M7 5h3.4v14H7zM13.6 5H17v14h-3.4z",loop:"M7 7h9.5V4.2L\
21 8.2l-4.5 4V9.4H9.2A3.2 3.2 0 0 0 6 12.6v.4H3.6v-.6A5.4 5.4 0 0 1 9 7zm10 10H7.5v2.8L3 15.8l4.5-4v2.8h7.3a3.2 3.2 0 0 0 3.2-3.2V11h2.4v.6A5.4 5.4 0 0 1 15 17z",
volume:"M4 9.4v5.2h3.4l4.8 4V5.4l-4.8 4zM15 8.6a4.6 4.6 0 0 1 0 6.8l1.2 1.4a6.5 6.5 0 0 0 0-9.6z",previous:"M15.6 5.2 8.8 12l6.8 6.8 1.5-1.5L11.8 12l5.3-5.3z",next:"\
M8.4 5.2 15.2 12l-6.8 6.8-1.5-1.5L12.2 12 6.9 6.7z",wall:"M4 4h4.4v4.4H4zM9.8 4h4.4v4.4H9.8zM15.6 4H20v4.4h-4.4zM4 9.8h4.4v4.4H4zM9.8 9.8h4.4v4.4H9.8zM15.6 9.8H\
20v4.4h-4.4zM4 15.6h4.4V20H4zM9.8 15.6h4.4V20H9.8zM15.6 15.6H20V20h-4.4z",link:"M10.6 13.4a3.5 3.5 0 0 0 5 0l3.2-3.2a3.5 3.5 0 0 0-5-5l-1.5 1.5 1.3 1.3 1.5-1.5a\
1.7 1.7 0 0 1 2.4 2.4l-3.2 3.2a1.7 1.7 0 0 1-2.4 0zm2.8-2.8a3.5 3.5 0 0 0-5 0l-3.2 3.2a3.5 3.5 0 0 0 5 5l1.5-1.5-1.3-1.3-1.5 1.5a1.7 1.7 0 0 1-2.4-2.4l3.2-3.2a1\
.7 1.7 0 0 1 2.4 0z",save:"M11 4h2v8l2.6-2.6L17 10.8l-5 5-5-5 1.4-1.4L11 12zM5 18h14v2H5z",record:"M12 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12z",upload:"M11 16V8L8.4 10\
.6 7 9.2l5-5 5 5-1.4 1.4L13 8v8zM5 18h14v2H5z"};function make(tag,className="",attributes={},...children){let node=document.createElement(tag);className&&(node.className=className);for(let[name,value]of Object.
entries(attributes))name in node&&typeof value!="string"?Object.assign(node,{[name]:value}):node.setAttribute(name,`${value}`);return node.append(...children),node}
function svg(className,box,path=""){let[root2,line]=["svg","path"].map(tag=>document.createElementNS("http://www.w3.org/2000/svg",tag));return className&&root2.
setAttribute("class",className),root2.setAttribute("viewBox",box),root2.setAttribute("aria-hidden","true"),line.setAttribute("d",path),root2.append(line),root2}
var icon=name=>svg("","0 0 24 24",ICONS[name]),brushOf=(canvas,settings)=>canvas.getContext("2d",settings);function button(label2,{picture,text:text2="",className="",
...attributes}={}){let all={type:"button",title:label2};text2||(all["aria-label"]=label2);for(let[name,value]of Object.entries(attributes))value!==void 0&&(all[name]=
value);return make("button",`auralise-plain ${className}`.trim(),all,...picture?[icon(picture)]:[],text2)}function labelledSelect(name,id,options,input,tip=""){
let select=make("select","",{id}),label2=make("label","",{for:id},name),root2=make("span","auralise-choice",tip?{title:tip}:{},label2,select),fill=given=>{select.
replaceChildren(...given.map(([value,text2])=>make("option","",{value},text2))),root2.hidden=given.length<2};return select.addEventListener("change",()=>input(select.
value)),fill(options),{root:root2,select,fill}}var optionsOf=names=>(names??[]).map(name=>[name,name]);var TOO_OLD="this browser is too old to unpack gzip; open the page in a current Chrome, Edge, Firefox or Safari";async function gunzip(bytes,damaged="its data a\
re damaged"){if(!globalThis.DecompressionStream)throw new Error(TOO_OLD);let stream=new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));try{
return new Uint8Array(await new Response(stream).arrayBuffer())}catch{throw new Error(damaged)}}var clamp=(value,low,high)=>Math.max(low,Math.min(value,high));function ticks(low,high,length,gap){let least=(high-low)*gap/Math.max(length,1),decade=10**Math.floor(Math.log10(least||1)),step=[1,2,5,10].map(m=>m*decade).find(
s=>s>=least*.999)??high-low,first=Math.ceil(low/step-1e-9),count=Math.floor(high/step+1e-9)-first+1;return Array.from({length:Math.max(count,0)},(_,i)=>+((first+
i)*step).toPrecision(9))}function bytesOf(value){return ArrayBuffer.isView(value)?new Uint8Array(value.buffer,value.byteOffset,value.byteLength):value?new Uint8Array(
value):new Uint8Array(0)}var sameBytes=(one,other)=>one.byteLength===other.byteLength&&one.every((byte,i)=>byte===other[i]);function readSong({hop,seconds,duration,times,wave,classes,none_below,layers},[probabilities,...halves]){let words2=buffer=>bytesOf(buffer).slice().buffer;return{
hop,seconds,duration,times,wave,classes,none_below,probabilities:new Float32Array(words2(probabilities)),layers:layers.map((layer,i)=>({...layer,halves:new Uint16Array(
words2(halves[i]))}))}}var sizeOf=({probabilities,layers})=>layers.reduce((sum,{halves})=>sum+halves.byteLength,probabilities.byteLength),half=bits=>bits>>10?2**
((bits>>10)-25)*(1024+(bits&1023)):2**-24*bits;function activityOf({layers,times},layer,feature){let{features,scale,halves}=layers[layer-1]??{features:0,scale:0,
halves:[]};return Float32Array.from(times,(_,i)=>feature<features?scale*half(halves[i*features+feature]):0)}var probabilityOf=({probabilities,classes,times},number)=>Float32Array.
from(times,(_,i)=>probabilities[i*classes.length+number]);function topClasses(song,most){let means=song.classes.map((_,k)=>probabilityOf(song,k).reduce((sum,p)=>sum+
p,0));return song.classes.map((_,k)=>k).sort((one,other)=>means[other]-means[one]).slice(0,most)}var likeliestClass=song=>song.times.map((_,i)=>{let row=rowOf(song,
i);return row.indexOf(Math.max(...row))}),isNone=(song,i)=>!!(song.none_below&&song.classes.length)&&Math.max(...rowOf(song,i))<Number(song.none_below),rowOf=({
probabilities,classes},i)=>probabilities.subarray(i*classes.length,(i+1)*classes.length),windowAt=({times,hop,seconds},time)=>clamp(Math.round((time-seconds/2)/
hop),0,times.length-1);function fromBase64(text2){if(Uint8Array.fromBase64)return Uint8Array.fromBase64(text2);let letters=atob(text2),bytes=new Uint8Array(letters.length);for(let i=0;i<
bytes.length;i++)bytes[i]=letters.charCodeAt(i);return bytes}var unpackAll=(items,beginning)=>Promise.all(items.map(async({pixels,sound,shown})=>({pixels:await gunzip(
fromBase64(pixels)),sound:fromBase64(beginning+sound),shown})));async function unpackSong({arrays,...facts}){let buffers=await Promise.all(arrays.map(async one=>new DataView(
(await gunzip(fromBase64(one))).buffer)));return readSong(facts,buffers)}var NOT_WHOLE="This page is not whole: it was cut off when it was saved, sent or loaded. Load it again, or copy it again from where it came from.";function elementBytes(id,root2=document){let text2=root2.getElementById(id)?.textContent;if(!text2)throw new Error(NOT_WHOLE);try{return fromBase64(text2)}catch{
throw new Error(NOT_WHOLE)}}async function unpackedBytes(id,root2=document){let bytes=elementBytes(id,root2);try{return await gunzip(bytes)}catch{throw new Error(
NOT_WHOLE)}}async function stateOf({live,state:{facts,shown,source,answer}},seconds){let[pictures,first]=await Promise.all([source,answer].map(text2=>gunzip(fromBase64(
text2)))),{asked,start,muted=[],removed=[],control=!1,order="interest",wall=!1,page:page3=!1,marks=[],student="",marking}=live;return{...asked,...facts.chosen,start,
muted,removed,control,order,wall,page:page3,marks,student,marking,seconds,facts,shown,source:pictures,answer:first,error:"",status:""}}var ASKED=["layer","feature","rule","resynthesis","position"],askedOf=store=>Object.fromEntries(ASKED.map(name=>[name,store.get(name)])),sameAsked=(one,other)=>ASKED.
every(name=>one?.[name]===other[name]),revisionOf=({revision,revisions},layer)=>revisions?.[layer-1]??revision??0;function mixDown(channels){let[first,...others]=channels;if(!others.length)return first;let mean=first.slice();for(let other of others)for(let i=0;i<mean.length;i++)
mean[i]+=other[i];for(let i=0;i<mean.length;i++)mean[i]/=channels.length;return mean}var RATES=[1e3,768e3];var Reader=class{constructor(file){this.file=file,this.size=file.size}async read(at,length){return new Uint8Array(await this.slice(at,at+length).arrayBuffer())}slice(from,to=this.
size){return this.file.slice(Math.min(from,this.size),Math.min(to,this.size))}},text=(bytes,at,length)=>String.fromCharCode(...bytes.subarray(at,at+length)),refused=wrong2=>({
rate:null,channels:1,seconds:null,exact:!1,wrong:wrong2});var FIELDS=26,SEARCHED=2**18,HEADER=16,BLOCKS=1e3,PIECE=2**22,COUNTED=2**28;function frameAt(data,at){if(data[at]!==255||(data[at+1]&254)!==248||data[at+3]&1)return null;
let[block,rate,mixing]=[data[at+2]>>4,data[at+2]&15,data[at+3]>>4];if(block===0||rate===15||mixing>10)return null;let number=1;for(let bit=128;data[at+4]&bit&&bit>
1;bit>>=1)number+=bit===128?0:1;let size=at+4+number,length=4+number+(block===6?1:block===7?2:0)+(rate===12?1:rate>12?2:0),check=0;for(let i=0;i<length;i++){check^=
data[at+i]??0;for(let bit=0;bit<8;bit++)check=(check<<1^(check&128?7:0))&255}return check!==data[at+length]?null:{samples:block===1?192:block<6?144*2**block:block===
6?data[size]+1:block===7?data[size]*256+data[size+1]+1:2**block,rate,channels:mixing<8?mixing+1:2}}async function lastFrame(reader,begin,end){let from=Math.max(
begin,end-SEARCHED),data=await reader.read(from,end-from);for(let at=data.length-16;at>=0;at--)if(frameAt(data,at))return from+at;return end}async function firstFrame(reader,begin){
let at=begin+4;for(let count=0;count<BLOCKS;count++){let[kind,...size]=await reader.read(at,4);if(size.length<3||(at+=4+size[0]*2**16+size[1]*256+size[2],kind&128))
break}return at}async function frameAfter(reader,begin,channels,most){let samples=0,rate,first=await firstFrame(reader,begin);for(let from=first;from<Math.min(reader.
size,first+COUNTED);from+=PIECE){let data=await reader.read(from,PIECE+HEADER);for(let at=data.indexOf(255);at>=0&&at<PIECE;at=data.indexOf(255,at+1)){let frame=frameAt(
data,at);if(!(frame?.channels!==channels||frame.rate!==(rate??=frame.rate))){if(samples>=most)return from+at;samples+=frame.samples}}}return null}async function readFlac(reader,begin){
let head=await reader.read(begin,FIELDS);if(head.length<FIELDS)return refused("is cut off in its header; download or copy it again");let view=new DataView(head.
buffer),rate=view.getUint32(18)>>>12,channels=(head[20]>>1&7)+1,total=(head[21]&15)*2**32+view.getUint32(22),seconds=total&&rate?total/rate:null,upTo=end=>{let unknown=head.
slice();return unknown[21]&=240,unknown.fill(0,22),new Blob([unknown,reader.slice(begin+FIELDS,end)])};return{rate:rate||null,channels,seconds,exact:seconds!==null,
doubtful:!0,part:rate?async wanted=>{let end=await frameAfter(reader,begin,channels,wanted*rate);return end===null?reader.file:upTo(end)}:void 0,mended:async()=>upTo(
await lastFrame(reader,begin+FIELDS,reader.size))}}var BOXES=4e3,DESCRIPTION=2**25;function*boxesIn(data){let view=new DataView(data.buffer,data.byteOffset,data.byteLength);for(let at=0,count=0;at+8<=data.length&&
count<BOXES;count++){let size=view.getUint32(at)||data.length-at;if(size<8)return;yield[text(data,at+4,4),data.subarray(at+8,at+size)],at+=size}}function boxAt(data,[
name,...others]){for(let[found,content]of boxesIn(data))if(found===name)return others.length?boxAt(content,others):content;return null}var PACKETS={Opus:960,alac:4096,
fLaC:4096},viewOf=data=>new DataView(data.buffer,data.byteOffset,data.byteLength),numberIn=(box,at)=>box&&box.length>=at+4?viewOf(box).getUint32(at):0;function packetsIn(fragment,id){
let count=0;for(let[name,track]of boxesIn(fragment))if(!(name!=="traf"||numberIn(boxAt(track,["tfhd"]),4)!==id))for(let[run,content]of boxesIn(track))run==="tru\
n"&&(count+=numberIn(content,4));return count}var counted=(header,seconds)=>seconds>1.1*(header.seconds??0)+1?{...header,seconds}:header;function trackOf(description){
for(let[name,track]of boxesIn(description)){let handler=name==="trak"?boxAt(track,["mdia","hdlr"]):null;if(!handler||text(handler,8,4)!=="soun")continue;let header=boxAt(
track,["mdia","mdhd"]),entries=boxAt(track,["mdia","minf","stbl","stsd"]);if(!header||header.length<20||!entries||entries.length<44)return wrong("is damaged in \
its description; download or copy it again");let coded=text(entries,12,4);if(["enca","drms"].includes(coded))return wrong("is protected against copying, so no o\
ther program can decode it; choose a copy without protection");let view=viewOf(header),long=header[0]===1&&header.length>=32,unit=view.getUint32(long?20:12),length=long?
Number(view.getBigUint64(24)):view.getUint32(16),entry=viewOf(entries),[channels,rate]=[entry.getUint16(32),entry.getUint32(40)/2**16||unit],seconds=unit&&length&&
length!==4294967295?length/unit:null,about=boxAt(track,["tkhd"]),table2=boxAt(track,["mdia","minf","stbl","stsz"])??boxAt(track,["mdia","minf","stbl","stz2"]);return{
header:{rate:coded==="mp4a"&&rate<=24e3?2*rate:rate,channels:channels||2,seconds,exact:!1},id:numberIn(about,about?.[0]===1?20:12),packets:numberIn(table2,8),each:(PACKETS[coded]??
1024)/(rate||48e3)}}return wrong("holds no sound track; choose a file with sound")}var wrong=words2=>({header:refused(words2),id:0,packets:0,each:0});async function readMp4(reader){
let found=null;for(let at=0,count=0;at+8<=reader.size&&count<BOXES;count++){let head=await reader.read(at,16),view=new DataView(head.buffer),short4=view.getUint32(
0),size=short4===1&&head.length===16?Number(view.getBigUint64(8)):short4||reader.size-at;if(size<8)return refused("is damaged: one of its parts has no length; d\
ownload or copy it again");if(at+size>reader.size)return refused(`is cut off: it should have ${megabytes(at+size)}, but has ${megabytes(reader.size)}; download \
or copy it again`);if(text(head,4,4)==="moov"){if(size>DESCRIPTION)return refused("describes itself at a length that no sound needs; save it as WAV or MP3");found=
trackOf((await reader.read(at,size)).subarray(8))}if(text(head,4,4)==="moof"&&found&&(found.packets+=packetsIn((await reader.read(at,Math.min(size,DESCRIPTION))).
subarray(8),found.id)),at+=size,count===BOXES-1)return refused("comes in more pieces than a page counts; save it as WAV or MP3")}return found?counted(found.header,
found.packets*found.each):refused("is cut off: the part that says what is in it is missing; download or copy it again")}var megabytes=bytes=>bytes<1e5?`${bytes}\
 bytes`:`${(bytes/1e6).toFixed(1)} MB`;var RATES2=[44100,48e3,32e3],AAC_RATES=[96e3,88200,64e3,48e3,44100,32e3,24e3,22050,16e3,12e3,11025,8e3,7350],BIT_RATES={"1/1":[32,64,96,128,160,192,224,256,288,
320,352,384,416,448],"1/2":[32,48,56,64,80,96,112,128,160,192,224,256,320,384],"1/3":[32,40,48,56,64,80,96,112,128,160,192,224,256,320],"2/1":[32,48,56,64,80,96,
112,128,144,160,176,192,224,256],"2/2":[8,16,24,32,40,48,56,64,80,96,112,128,144,160],"2/3":[8,16,24,32,40,48,56,64,80,96,112,128,144,160]},SEARCHED2=2**14,PADDING=3,
COUNTED2=2**17;function frameAt2(data,at){let[first,second,third,fourth,fifth,sixth]=data.subarray(at,at+6);if(first!==255||(second&224)!==224||fourth===void 0)
return null;let layer=4-(second>>1&3);if((second&246)===240){let rate2=AAC_RATES[third>>2&15],bytes2=(fourth&3)<<11|(fifth??0)<<3|(sixth??0)>>5,channels=(third&
1)<<2|fourth>>6;return rate2&&bytes2>7?{rate:rate2,channels:channels||2,samples:1024,bytes:bytes2,tag:0,aac:!0}:null}let version=second>>3&3,[index,rated]=[third>>
4,third>>2&3];if(layer===4||version===1||rated===3||index===0||index===15)return null;let rate=RATES2[rated]/{3:1,2:2,0:4}[version],old=version===3,bits=1e3*BIT_RATES[`${old?
1:2}/${layer}`][index-1],samples=layer===1?384:layer===2||old?1152:576,padding=third>>1&1,bytes=layer===1?4*(Math.floor(12*bits/rate)+padding):Math.floor(samples/
8*bits/rate)+padding,mono=fourth>>6===3;return{rate,channels:mono?1:2,samples,bytes,tag:4+(old?mono?17:32:mono?9:17),aac:!1}}function countIn(data,at,frame){let view=new DataView(
data.buffer,data.byteOffset),tag=at+frame.tag;if(["Xing","Info"].includes(text(data,tag,4))&&tag+120<=data.length){let flags=view.getUint32(tag+4);if(!(flags&1))
return null;let bytes=flags&2?view.getUint32(tag+12):0,places=flags&4?data.slice(tag+12+(flags&2?4:0),tag+112+(flags&2?4:0)):null;return{frames:view.getUint32(tag+
8),bytes,places}}return text(data,at+36,4)==="VBRI"&&at+54<=data.length?{frames:view.getUint32(at+50),bytes:view.getUint32(at+46),places:null}:null}async function readMpeg(reader,begin){
let data=await reader.read(begin,SEARCHED2+COUNTED2),first=0;for(;first<Math.min(SEARCHED2,data.length);first++){let one=frameAt2(data,first),next2=one&&frameAt2(
data,first+one.bytes);if(one&&next2&&next2.rate===one.rate&&next2.aac===one.aac||one&&first===0&&begin+first+one.bytes===reader.size)break}let frame=frameAt2(data,
first);if(!frame||first>=Math.min(SEARCHED2,data.length))return null;let[at,frames,samples]=[first,0,0];for(let one;(one=frameAt2(data,at))&&at+one.bytes<=data.
length;at+=one.bytes,frames++)samples+=one.samples;let counted2=frame.aac?null:countIn(data,first,frame),held=reader.size-begin-first,estimate=at>first?held/(at-
first)*(samples/frame.rate):held/frame.bytes/(frame.rate/frame.samples),stated=counted2?counted2.frames*frame.samples/frame.rate:0,isStated=stated>estimate/2,seconds=isStated?
stated:estimate,part=async wanted=>{let share=Math.min(wanted/seconds,1),place2=isStated?counted2?.places?.[Math.min(Math.ceil(100*share),99)]:void 0,bytes=Math.
ceil((place2===void 0||!counted2?.bytes?share:Math.max(place2/256,share/4))*(isStated&&counted2?.bytes||held));return reader.slice(begin+first,begin+first+bytes)};
return{rate:frame.aac&&frame.rate<=24e3?2*frame.rate:frame.rate,channels:frame.channels,seconds,exact:isStated,slack:PADDING*frame.samples/frame.rate,part}}var PAGE=65307;function pageAt(data,at){if(at+27>data.length||text(data,at,5)!=="OggS\0")return null;let view=new DataView(data.buffer,data.byteOffset+at),count=data[at+
26],sizes=data.subarray(at+27,at+27+count),body=27+count;return{at,serial:view.getUint32(14,!0),flags:data[at+5],upTo:Number(view.getBigInt64(6,!0)),body,bytes:body+
sizes.reduce((sum,one)=>sum+one,0),sizes}}var PIECE2=2**22,COUNTED3=2**28;async function samplesIn(reader,begin,serial,samplesOf2){let samples=0,end=Math.min(reader.size,begin+COUNTED3);for(let from=begin;from<
end;){let data=await reader.read(from,PIECE2+PAGE),at=0;for(;at<PIECE2&&at<data.length;){let page3=pageAt(data,at);page3?.serial===serial&&(samples+=onPage(data,
page3,samplesOf2));let next2=data.indexOf(79,at+(page3?.bytes??1));at=next2<0?data.length:next2}from+=at}return samples}function onPage(data,{at,body,sizes},samplesOf2){
let samples=0,begin=at+body,end=begin;for(let size of sizes)end+=size,size!==255&&(samples+=samplesOf2(data.subarray(begin,end)),begin=end);return samples}var OPUS={
low:[10,20,40,60],middle:[10,20],high:[2.5,5,10,20]};function opusSamples([about=0,second=0]){let kind=about>>3,ms=kind<12?OPUS.low[kind&3]:kind<16?OPUS.middle[kind&
1]:OPUS.high[kind&3],frames=[1,2,2,second&63][about&3];return 48*Math.min(ms*frames,120)}var STEPS=40,[FIRST,LAST]=[2,4],BEYOND=16,UNSAID=600;function nextPage(data,serial,from=0){for(let at=from;at+27<=data.length;at++){if(data[at]!==79)continue;let page3=pageAt(
data,at);if(page3?.serial===serial&&page3.upTo>=0)return page3}return null}function streamOf(packet){let view=new DataView(packet.buffer,packet.byteOffset,packet.
byteLength);return text(packet,0,7)==="vorbis"&&packet.length>=16?{rate:view.getUint32(12,!0),unit:view.getUint32(12,!0),channels:packet[11],skip:0,samplesOf:()=>2**
((packet[28]??0)>>4)/2}:text(packet,0,8)==="OpusHead"&&packet.length>=12?{rate:48e3,unit:48e3,channels:packet[9],skip:view.getUint16(10,!0),samplesOf:opusSamples}:
text(packet,0,5)==="FLAC"&&packet.length>=34?{rate:view.getUint32(27)>>>12,unit:view.getUint32(27)>>>12,channels:(packet[29]>>1&7)+1,skip:0,samplesOf:()=>view.
getUint16(19)}:null}async function readOgg(reader,begin){let head=await reader.read(begin,2*PAGE),found=null;for(let page3=pageAt(head,0);page3&&page3.flags&FIRST&&
!found;page3=pageAt(head,page3.at+page3.bytes)){let stream=streamOf(head.subarray(page3.at+page3.body,page3.at+page3.bytes));stream&&(found={...stream,serial:page3.
serial})}if(!found?.rate||!found.channels)return{rate:null,channels:1,seconds:null,exact:!1};let{rate,unit,channels,skip,serial,samplesOf:samplesOf2}=found,from=Math.
max(begin,reader.size-2*PAGE),tail=await reader.read(from,2*PAGE),last=null;for(let page3=nextPage(tail,serial);page3;page3=nextPage(tail,serial,page3.at+1))last=
page3;let seconds=last?Math.max(last.upTo-skip,0)/unit:null;if(await samplesIn(reader,begin,serial,samplesOf2)/unit>BEYOND*(seconds??UNSAID)+1)return refused("i\
s damaged: its pages count far less sound than they hold; save it as WAV or MP3");let ended=last&&last.flags&LAST&&from+last.at+last.bytes<=reader.size;return{rate,
channels,seconds,exact:!1,rough:ended?"":"its last page is not marked as the last",part:seconds?async wanted=>{let[low,high]=[begin,reader.size];for(let step=0;step<
STEPS&&high-low>PAGE;step++){let middle=Math.floor((low+high)/2),page4=nextPage(await reader.read(middle,2*PAGE),serial);page4&&page4.upTo/unit<wanted?low=middle+
page4.at:high=middle}let page3=nextPage(await reader.read(low,2*PAGE),serial);return reader.slice(begin,low+(page3?page3.at+page3.bytes:0))}:void 0}}var CHUNKS=1e3,BLOCK=2**22,UNKNOWN=[0,2147483647,2147479552,4294967295];async function*chunksOf(reader,begin,little){let at=begin+12;for(let count=0;count<CHUNKS;count++){
let head=await reader.read(at,8);if(head.length<8)return;let size=new DataView(head.buffer).getUint32(4,little);yield{name:text(head,0,4),at:at+8,size},at+=8+size+
size%2}}function headerOf(reader,layout,rate,stated){let frame=layout.width*layout.channels,available=Math.max(reader.size-layout.begin,0),whole=UNKNOWN.includes(
stated)&&stated!==available&&(stated||available<frame)?available:stated,frames=Math.floor(Math.min(whole,available)/frame);return{rate,channels:layout.channels,
seconds:Math.floor(whole/frame)/rate,exact:!0,pcm:{...layout,frames}}}var CUT="is cut off before its sound begins; download or copy it again";async function readWav(reader,begin){
let layout=null,long=0;for await(let{name,at,size}of chunksOf(reader,begin,!0)){if(name==="ds64"){let sizes=await reader.read(at,16);sizes.length===16&&(long=Number(
new DataView(sizes.buffer).getBigUint64(8,!0)))}else name==="fmt "&&(layout=new DataView((await reader.read(at,Math.min(size,64))).buffer));if(name!=="data")continue;
if(!layout||layout.byteLength<16)return refused(CUT);let code=layout.getUint16(0,!0);code===65534&&layout.byteLength>=26&&(code=layout.getUint16(24,!0));let[channels,
rate,width]=[layout.getUint16(2,!0),layout.getUint32(4,!0),layout.getUint16(14,!0)/8],kind=code===3&&(width===4||width===8)?"float":code===1&&[1,2,3,4].includes(
width)?width===1?"unsigned":"integer":null;if(!channels||!rate)return refused("says that it has no channels or no sampling rate; it is damaged: save it again");
let stated=size===4294967295&&long?long:size;return kind?headerOf(reader,{begin:at,channels,width,kind,little:!0},rate,stated):{rate,channels,seconds:null,exact:!1}}
return refused(CUT)}async function readAiff(reader,begin){let common=null;for await(let{name,at,size}of chunksOf(reader,begin,!1)){if(name==="COMM"&&(common=await reader.
read(at,Math.min(size,22))),name!=="SSND")continue;if(!common||common.length<18)return refused(CUT);let view=new DataView(common.buffer),[channels,bits]=[view.getUint16(
0),view.getUint16(6)],rate=Math.round(view.getUint32(10)*2**((view.getUint16(8)&32767)-16383-31)),coded=common.length>=22?text(common,18,4):"NONE",width=Math.ceil(
bits/8),kind=/^fl(32|64)$/i.test(coded)?"float":["NONE","twos","sowt"].includes(coded)&&width>=1&&width<=4?"integer":null;if(!channels||!(rate>0))return refused(
"says that it has no channels or no sampling rate; it is damaged: save it again");if(!kind)return{rate,channels,seconds:null,exact:!1};let offset=new DataView((await reader.
read(at,8)).buffer),skip=offset.byteLength===8?offset.getUint32(0):0;return headerOf(reader,{begin:at+8+skip,channels,width,kind,little:coded==="sowt"},rate,Math.
max(size-8-skip,0))}return refused(CUT)}function sampleOf({width,kind,little}){if(kind==="float")return width===8?(view,at)=>view.getFloat64(at,little):(view,at)=>view.
getFloat32(at,little);if(kind==="unsigned")return(view,at)=>(view.getUint8(at)-128)/128;if(width===1)return(view,at)=>view.getInt8(at)/128;if(width===2)return(view,at)=>view.
getInt16(at,little)/2**15;if(width===4)return(view,at)=>view.getInt32(at,little)/2**31;let[low,high]=little?[0,2]:[2,0];return(view,at)=>(view.getUint8(at+low)+
view.getUint8(at+1)*2**8+view.getInt8(at+high)*2**16)/2**23}async function readPcm(file,layout,most,progress){let reader=new Reader(file),{begin,channels,width}=layout,
frame=channels*width,frames=Math.min(layout.frames,most),sample=sampleOf(layout),samples=new Float32Array(frames),block=Math.max(1,Math.floor(BLOCK/frame));for(let from=0;from<
frames;from+=block){if(!progress(from/frames))return null;let count=Math.min(block,frames-from),view=new DataView((await reader.read(begin+from*frame,count*frame)).
buffer);for(let i=0;i<count;i++){let sum=0;for(let at=i*frame;at<(i+1)*frame;at+=width)sum+=sample(view,at);samples[from+i]=sum/channels}}return samples}var CHOOSE="choose WAV, FLAC, Ogg, MP3 or M4A",FOREIGN=[["0&²u","is Windows Media, which browsers do not decode; save it as WAV or MP3"],["MThd","is MIDI: note\
s, not sound; render it to WAV first"],["%PDF",`is a PDF, not a sound file; ${CHOOSE}`],["PK","is an archive; unpack it and choose the sound files in it"],["\
PNG",`is a picture, not a sound file; ${CHOOSE}`],["ÿØÿ",`is a picture, not a sound file; ${CHOOSE}`],["<!DOCTYPE",`is a web page, not a sound file; ${CHOOSE}`]],
isText=bytes=>bytes.length>0&&bytes.every(byte=>byte>=32||byte>=9&&byte<=13);async function readHeader(file){let reader=new Reader(file),begin=0;for(let tags=0;tags<
8;tags++){let tag=await reader.read(begin,10);if(tag.length<10||text(tag,0,3)!=="ID3")break;begin+=10+((tag[6]&127)<<21|(tag[7]&127)<<14|(tag[8]&127)<<7|tag[9]&
127)+(tag[5]&16?10:0)}let start=await reader.read(begin,512),four=text(start,0,4);if(four==="fLaC")return readFlac(reader,begin);if(four==="OggS")return readOgg(
reader,begin);if(["RIFF","RF64","BW64"].includes(four)&&text(start,8,4)==="WAVE")return readWav(reader,begin);if(four==="FORM"&&["AIFF","AIFC"].includes(text(start,
8,4)))return readAiff(reader,begin);if(text(start,4,4)==="ftyp")return readMp4(reader);let foreign2=FOREIGN.find(([magic])=>text(start,0,magic.length)===magic);
return foreign2?refused(foreign2[1]):!begin&&isText(start)?refused(`is text, not a sound file; ${CHOOSE}`):four==="Eß£"?{rate:48e3,channels:2,seconds:null,exact:!1}:
readMpeg(reader,begin)}var LONGEST=600,MOST_SAMPLES=48e3*LONGEST,MOST_VALUES=2*MOST_SAMPLES,LARGEST=2e8,UNMEASURED=3e7,PIECE3=2**23,TOLERATED=.01,ROUNDING=.002,RATES3=[8e3,16e3,22050,
44100,48e3,96e3,192e3],minutes=seconds=>seconds<120?`${seconds.toFixed(0)} s`:`${+(seconds/60).toPrecision(3)} minutes`;function contextAt(rate){try{return new OfflineAudioContext(
1,1,rate)}catch{let nearest4=RATES3.reduce((best,one)=>Math.abs(Math.log(one/rate))<Math.abs(Math.log(best/rate))?one:best);return new OfflineAudioContext(1,1,nearest4)}}
function mixed(buffer,most=1/0){let channels=Array.from({length:buffer.numberOfChannels},(_,i)=>buffer.getChannelData(i).subarray(0,Math.min(buffer.length,most))),
mean=mixDown(channels);return channels.includes(mean)?mean.slice():mean}async function decodeShipped(bytes,{title,sample_rate,duration}){try{let buffer=await contextAt(
sample_rate).decodeAudioData(bytes.buffer),samples=new Float32Array(Math.round(duration*buffer.sampleRate));return samples.set(mixed(buffer,samples.length)),{samples,
rate:buffer.sampleRate}}catch{throw new Error(`${title} cannot be decoded by this browser: choose another clip, or open the page in another browser`)}}async function decodeRecorded(file,seconds){
let buffer=await contextAt(48e3).decodeAudioData(await file.arrayBuffer()).catch(()=>{throw new Error("This browser cannot decode what it recorded: record with \
another program, and add the file")});return{samples:mixed(buffer,Math.round(seconds*buffer.sampleRate)),rate:buffer.sampleRate}}async function decodeFile(file,progress=()=>!0){
let{name}=file;if(file.size||await readable(name,file.arrayBuffer()),!file.size)throw new Error(`${name} holds nothing; a sound file must not be empty`);let header=await readable(
name,readHeader(file));if(header?.wrong)throw new Error(`${name} ${header.wrong}`);let[lowest,highest]=RATES;if(header?.rate&&!(header.rate>=lowest&&header.rate<=
highest))throw new Error(`${name}: its sampling rate is ${header.rate} Hz; a sound file needs ${lowest} to ${highest} Hz`);let found=await(header?.pcm?samplesOf(
file,header,progress):decoded(file,header,progress));if(!found)return null;let{samples,rate,notes}=found;if(!samples.length)throw new Error(`${name} holds no sa\
mple: its length is zero`);let bad=samples.findIndex(one=>!Number.isFinite(one));if(bad>=0)throw new Error(`${name}: samples must be finite, but sample ${bad} (${(bad/
rate).toFixed(3)} s) is ${samples[bad]}; repair or cut it out first`);return{samples,rate,name:name.replace(/(.)\.[^.]*$/,"$1"),notes,again:()=>decodeFile(file)}}
var readable=(name,reading)=>reading.catch(problem=>{throw problem instanceof RangeError?new Error(`${name}: there is not enough memory for it here; close other\
 tabs, or choose a shorter file`):new Error(`${name} cannot be read any more; choose it again. Of a folder, choose the sound files in it`)});async function samplesOf(file,{
rate,seconds,pcm},progress){if(!pcm||!rate||seconds===null)return null;let most=Math.min(Math.round(LONGEST*rate),MOST_SAMPLES),notes=pcm.frames<most?checkEnd(file.
name,{seconds,exact:!0},pcm.frames/rate):[],samples=await readable(file.name,readPcm(file,pcm,most,progress));return samples&&{samples,rate,notes:pcm.frames>most?
[keptWords(file.name,samples.length/rate)]:notes}}async function decoded(file,header,progress){let{name}=file,{rate=null,channels=2,seconds=null,rough,doubtful,
part,mended}=header??{},most=Math.min(LONGEST,MOST_VALUES/((rate??48e3)*channels)),blob=file,isLong=seconds!==null&&seconds>most;if(isLong||doubtful){if(isLong&&
!part)throw new Error(`${name} is ${minutes(seconds)} long, and a page keeps the first ${minutes(most)} only of files that it can cut, which this kind is not; s\
ave the part that you want as WAV or MP3`);part&&(blob=await readable(name,part(1.02*most+1)))}let largest=seconds===null&&!(doubtful&&part)?UNMEASURED:LARGEST;
if(blob.size>largest)throw new Error(`${name}: ${(blob.size/1e6).toFixed(0)} MB; a file of its kind may have up to ${largest/1e6} MB in a page. Save the part th\
at you want as WAV or MP3`);let bytes=await bytesOf2(name,blob,progress);if(!bytes)return null;let decode=data=>contextAt(rate??44100).decodeAudioData(data).catch(
()=>null),buffer=await decode(bytes.buffer);if(!buffer&&mended&&blob===file&&(buffer=await decode(await readable(name,mended().then(one=>one.arrayBuffer())))),!progress(
1))return null;if(!buffer&&rough)throw new Error(`${name} is cut off: ${rough}, and this browser cannot decode what there is; download or copy it again`);if(!buffer)
throw new Error(`${name} ${header?"cannot be decoded by this browser: it may be cut off, damaged, protected, or coded in a way that the browser does not know":"\
is not a sound file that this browser can read"}; expected WAV, FLAC, Ogg, MP3 or M4A: save it as WAV`);let notes=blob===file&&header?checkEnd(name,header,buffer.
duration):[],samples=await readable(name,(async()=>mixed(buffer,Math.round(most*buffer.sampleRate)))()),isPart=blob!==file||samples.length<buffer.length;return{
samples,rate:buffer.sampleRate,notes:isPart?[keptWords(name,samples.length/buffer.sampleRate)]:notes}}async function bytesOf2(name,blob,progress){let bytes=new Uint8Array(
blob.size);for(let at=0;at<blob.size;at+=PIECE3){if(!progress(at/blob.size))return null;bytes.set(new Uint8Array(await readable(name,blob.slice(at,at+PIECE3).arrayBuffer())),
at)}return bytes}function checkEnd(name,{seconds,exact,rough,slack=0},there){let missing=exact&&seconds!==null?seconds-there:0,isMissing=missing>slack+ROUNDING,
lengths=`its header promises ${seconds?.toFixed(3)} s, but the sound ends at ${there.toFixed(3)} s`;if(isMissing&&missing>TOLERATED*(seconds??0))throw new Error(
`${name} is cut off: ${lengths}; download or copy it again`);let finding=isMissing?lengths:rough&&`${rough}; the sound ends at ${there.toFixed(3)} s`;return finding?
[`${name} is not quite whole: ${finding}`]:[]}var keptWords=(name,seconds)=>`of ${name} the first ${minutes(seconds)} are kept`;var MOST_PARTS=24,numberOf=text2=>text2.trim()&&Number.isFinite(Number(text2))?Number(text2):null,short=text2=>text2.length>24?`${text2.slice(0,24)}…`:text2,nearest=(there,value)=>there.
reduce((best,one)=>Math.abs(one-value)<Math.abs(best-value)?one:best),heldOf=({features,available})=>available??Array.from({length:features},(_,k)=>k),among=(options,asked)=>options.
find(one=>one.toLowerCase()===asked.toLowerCase());function mutedOf(text2,{layers},missing){let muted=[];for(let one of text2.split(",")){let found=/^(\d{1,3})-(\d{1,5})(?::(-?[\d.]{1,6}))?$/.
exec(one),[layer,feature,asked]=(found??[]).slice(1).map(part=>Number(part??0)),gain=clamp(asked,0,2),there=found&&feature<(layers[layer-1]?.features??0)&&!Number.
isNaN(gain);there&&muted.push([layer,feature,gain]),(!there||gain!==asked)&&missing.push([`mute ${short(one)}`,there?`mute ${layer}-${feature}:${gain}`:""])}return muted}
function removedOf(text2,{sample_rate,duration},missing){let removed=[],pairOf=(ends,most)=>{let[low,high]=(ends??"").split("-").map(Number);return ends&&low<high&&
high<=most?[low,high]:null};for(let one of text2.split(",")){let found=/^(\d[\d.]*-[\d.]+)?(?:@(\d[\d.]*-[\d.]+))?$/.exec(one),part={band:pairOf(found?.[1],sample_rate/
2),stretch:pairOf(found?.[2],duration)};(part.band||part.stretch)&&!!part.band==!!found?.[1]&&!!part.stretch==!!found?.[2]&&removed.length<MOST_PARTS?removed.push(
part):missing.push([`removed ${short(one)}`,""])}return removed}function viewOf2(hash,place2,facts,now,{panels,clips}={panels:place2,clips:[]}){let words2=new URLSearchParams(
hash.replace(/^#/,"")),asked=name=>words2.get(name)??"",named=numberOf(asked("panel"));if(nearest(Array.from({length:panels},(_,i)=>i+1),named??1)!==place2)return null;
let view={traits:{},missing:[],scroll:!!asked("panel")},{traits,missing}=view;view.scroll&&named!==place2&&missing.push([`panel ${short(asked("panel"))}`,`panel\
 ${place2}`]),setPlace(view,asked,facts,now);for(let[name,options]of[["rule",facts.rules],["resynthesis",facts.resyntheses],["position",facts.positions]]){if(!asked(
name))continue;let found=among(facts.live?options:[`${now[name]}`],asked(name));found?traits[name]=found:missing.push([`${name} ${short(asked(name))}`,`${name} ${now[name]}`])}
let models=facts.live?facts.models??[]:[],model=asked("model").toLowerCase()==="random"?models[1]:among(models,asked("model"));model?traits.model=model:asked("m\
odel")&&missing.push([`model ${short(asked("model"))}`,`model ${now.model??facts.takes[0].model}`]);let coded=clips.find(({code})=>code?.toLowerCase()===JSON.stringify(
asked("clip").toLowerCase()))?.title,clip=asked("clip")&&facts.live?among(facts.clips??[],asked("clip"))??among(facts.clips??[],coded??""):void 0;return clip?traits.
clip=clip:asked("clip")&&asked("clip").toLowerCase()!==facts.takes[0].clip.toLowerCase()&&missing.push([`clip ${short(asked("clip"))}`,`clip ${now.clip??facts.takes[0].
clip}`]),asked("start")&&setStart(view,asked("start"),facts,now,clips),asked("mute")&&facts.live&&facts.muted?traits.muted=mutedOf(asked("mute"),facts,missing):
asked("mute")&&missing.push(["muting",""]),asked("removed")&&facts.live&&facts.removed?traits.removed=removedOf(asked("removed"),facts,missing):asked("removed")&&
missing.push(["removed parts",""]),Object.keys(traits).length||missing.length||view.scroll?view:null}function setPlace({traits,missing},asked,{layers},now){if(asked(
"layer")){let held=layers.flatMap((one,i)=>heldOf(one).length?[i+1]:[]),name=among(layers.map(one=>one.name),asked("layer")),number=name===void 0?numberOf(asked(
"layer")):layers.findIndex(one=>one.name===name)+1;number!==null&&(traits.layer=nearest(held,number)),(number===null||traits.layer!==number)&&missing.push([`lay\
er ${short(asked("layer"))}`,`layer ${traits.layer??now.layer}`])}if(asked("feature")){let number=numberOf(asked("feature"));number!==null&&(traits.feature=nearest(
heldOf(layers[Number(traits.layer??now.layer)-1]??layers[0]),number)),(number===null||traits.feature!==number)&&missing.push([`feature ${short(asked("feature"))}`,
`feature ${traits.feature??now.feature}`])}}function setStart({traits,missing},text2,{live,song,duration},now,clips){let start=numberOf(text2),other=traits.clip!==
void 0&&traits.clip!==now.clip?traits.clip:null;if(start!==null&&live){let window=song?.window??duration,length=other?clips.find(({title})=>title===other)?.duration??
1/0:song?.duration??0;traits.start=clamp(start,0,Math.max(length-window,0))}else start!==null&&song?.windows?.length&&(traits.start=nearest(song.windows.map(one=>one.
start),start));if(start!==null&&traits.start===start)return;let shown=Number(traits.start??now.start??0);missing.push(live||start===null?[`start ${short(text2)}`,
`start ${+shown.toFixed(3)}`]:[`a window from ${short(text2)} s`,`that from ${+shown.toFixed(3)} s`])}function missingWords(missing){if(!missing.length)return"";
let shown=missing.map(([,one])=>one).filter(Boolean);return`this page does not hold ${missing.map(([asked])=>asked).join(", ")}${shown.length?`; it shows ${shown.
join(", ")}`:""}`}function hashOf({layer,feature,rule,resynthesis,position,model,clip,start,muted=[],removed=[],facts},panel=1,shipped=facts?.clips??[]){let own=isOwn(
{clip},shipped),parts=[...panel>1?[["panel",panel]]:[],["layer",layer],["feature",feature],["rule",rule]];return resynthesis!=="phase"&&parts.push(["resynthesis",
resynthesis]),position!=="all"&&parts.push(["position",position]),model!==void 0&&model===facts?.models?.[1]&&parts.push(["model","random"]),!own&&(facts?.clips?.
length??0)>1&&parts.push(["clip",clip]),!own&&facts?.song&&parts.push(["start",+Number(start).toFixed(3)]),muted.length&&parts.push(["mute",muted.map(([l,f,gain])=>`${l}\
-${f}${gain?`:${+gain.toFixed(3)}`:""}`).join(",")]),!own&&removed.length&&parts.push(["removed",removed.map(partText).join(",")]),`#${parts.map(([name,value])=>`${name}\
=${encodeURIComponent(value).replaceAll("%2C",",").replaceAll("%3A",":").replaceAll("%40","@")}`).join("&")}`}function partText({band,stretch}){let ends=pair=>pair?.
map(one=>+one.toFixed(3)).join("-")??"";return`${ends(band)}${stretch?`@${ends(stretch)}`:""}`}var isOwn=({clip},shipped)=>clip!==void 0&&shipped.length>0&&!shipped.
includes(clip);function lacksOf(state,shipped){return isOwn(state,shipped)?state.removed?.length?"your own sound or the parts that are taken out of it":"your ow\
n sound":""}var addressOf=(state,panel,shipped)=>`${location.href.replace(/#.*$/s,"")}${hashOf(state,panel,shipped)}`;var BARE="audio/webm;codecs=pcm",BITS=256e3,MORE=.3,LOOK=50,SILENCE=1e-4,AS_IT_IS={echoCancellation:!1,noiseSuppression:!1,autoGainControl:!1,channelCount:1},REFUSED={
NotAllowedError:"The microphone was not allowed: allow it in the browser's settings for this page (often beside the address), then record again",NotFoundError:"\
No microphone was found: connect one, then record again",NotReadableError:"The microphone cannot be used now: another program may hold it; close that, then reco\
rd again",OverconstrainedError:"No microphone was found that can record here: connect another, then record again"},UNPLUGGED="The microphone is gone: connect it\
 again, then record again",SILENT="The microphone gave silence: it may be muted or switched off; switch it on, then record again";function whyNoRecording({isSecureContext,
navigator:navigator2}=globalThis){return navigator2.mediaDevices?.getUserMedia?"":isSecureContext?"This browser gives a page no microphone: open the page in ano\
ther browser. A sound file can be added instead":"This page may not use the microphone, since it came over http: open it from disk, or from an address that begi\
ns with https. A sound file can be added instead"}async function record(seconds,progress){let why=whyNoRecording();if(why)throw new Error(why);let stream=await navigator.
mediaDevices.getUserMedia({audio:AS_IT_IS}).catch(problem=>{throw new Error(REFUSED[problem.name]??`The microphone cannot be used: ${problem.message}`)});try{let file=await recorded(
stream,seconds,progress);if(!file.size)return null;let{samples,rate}=await decodeRecorded(file,seconds);if(!samples.some(one=>Math.abs(one)>SILENCE))throw new Error(
SILENT);return{samples,rate,name:"recording",notes:[],again:()=>decodeRecorded(file,seconds)}}finally{for(let track of stream.getTracks())track.stop()}}function recorded(stream,seconds,progress){
let mimeType=[BARE,""].find(one=>!one||MediaRecorder.isTypeSupported(one)),recorder=new MediaRecorder(stream,{...mimeType&&{mimeType},audioBitsPerSecond:BITS});
return new Promise((resolve,reject)=>{let pieces=[],begun=1/0,look=setInterval(()=>{let there=(performance.now()-begun)/1e3;if(!(there>=0)||recorder.state!=="re\
cording")return;let share=Math.min(there/(seconds+MORE),1),goesOn=progress(share);!goesOn&&there<MORE&&(pieces=null),(!goesOn||share===1)&&recorder.stop()},LOOK),
fail=words2=>{clearInterval(look),reject(new Error(words2))};for(let track of stream.getTracks())track.addEventListener("ended",()=>fail(UNPLUGGED));recorder.onstart=
()=>begun=performance.now(),recorder.ondataavailable=({data})=>pieces?.push(data),recorder.onerror=()=>fail(UNPLUGGED),recorder.onstop=()=>{clearInterval(look),
resolve(new Blob(pieces??[]))},recorder.start()})}var OWN=["marks","student"],STARTING="starting the network…",viewOf3=buffer=>ArrayBuffer.isView(buffer)?new DataView(buffer.buffer,buffer.byteOffset,buffer.byteLength):
new DataView(buffer),PageModel=class{#id;#state;#engine;#shipped;#open=!1;#changed=new Set;#waiting=[];#listeners=new Map;gone="";host={upload:(file,progress)=>this.#take(
()=>decodeFile(file,progress)),record:progress=>this.#take(()=>record(this.#state.seconds,progress)),link:()=>addressOf(this.#state,this.#id,this.#shipped),lacks:()=>lacksOf(
this.#state,this.#shipped)};constructor(id,state,engine){this.#id=id,this.#state={...state,status:STARTING},this.#engine=engine,this.#shipped=[...state.facts?.clips??
[]]}get(name){return this.#state[name]}set(name,value){Object.is(this.#state[name],value)||(this.#state[name]=value,OWN.includes(name)||this.#changed.add(name),
this.#emit(`change:${name}`))}on(name,callback){this.#listeners.set(name,(this.#listeners.get(name)??new Set).add(callback))}off(name,callback){this.#listeners.
get(name)?.delete(callback)}save_changes(){if(!this.#open||!this.#changed.size)return;let state=Object.fromEntries([...this.#changed].map(name=>[name,this.#state[name]]));
this.#changed.clear(),this.#engine.post({kind:"state",id:this.#id,state})}send(content,_callbacks,buffers=[]){if(this.gone)throw new Error(this.gone);this.#open?
this.#engine.post({kind:"custom",id:this.#id,content,buffers},buffers):this.#waiting.push({content,buffers})}begin(live,clips){let asked=Object.fromEntries(ASKED.
map(name=>[name,this.#state[name]]));for(let name of ASKED)this.#changed.delete(name);this.#engine.post({kind:"panel",id:this.#id,live:{...live,asked},clips}),this.#open=
!0,this.save_changes();for(let{content,buffers}of this.#waiting.splice(0))this.send(content,void 0,buffers)}receive({kind,state,content,buffers=[]}){if(kind==="\
custom")return this.#emit("msg:custom",content,buffers.map(viewOf3));let given=this.#state.status===STARTING?{status:"",...state}:{...state},news=Object.entries(
given).filter(([name,value])=>!Object.is(this.#state[name],value));for(let[name,value]of news)this.#state[name]=value,this.#changed.delete(name);for(let[name]of news)
this.#emit(`change:${name}`)}lose(words2){this.gone||=words2,this.#emit("comm_live_update")}async#take(make2){if(this.gone)return this.gone;try{let sound=await make2();
return sound?await this.#engine.take(this.#id,sound):""}catch(problem){return problem.message}}#emit(name,...args){for(let callback of[...this.#listeners.get(name)??
[]])callback(...args)}};var chosenOf=store=>Object.fromEntries(["model","clip","start"].map(name=>[name,store.get(name)]).filter(([,value])=>value!==void 0));function showView(store,host,hash,place2,held){
let facts=store.get("facts"),view=facts&&viewOf2(hash,place2,facts,{...askedOf(store),...facts.chosen,...chosenOf(store)},held);if(!view)return!1;for(let[name,value]of Object.
entries(view.traits))store.set(name,value);return host.querySelector(".auralise")?.auralise.say(missingWords(view.missing),!0),view.scroll}function later(){let call={resolve:()=>{},reject:()=>{}},promise=new Promise((resolve,reject)=>call={resolve,reject});return promise.catch(()=>{}),{...call,promise}}
function rejected(problem){let{promise,reject}=later();return reject(problem),promise}var SIMD=Uint8Array.of(0,97,115,109,1,0,0,0,1,5,1,96,0,1,123,3,2,1,0,10,10,1,8,0,65,0,253,15,253,98,11),ELSEWHERE="A current Chrome, Edge, Firefox or Safari can\
 compute in this page.";function whyNoWebAssembly(assembly){return assembly?assembly.validate(SIMD)?"":"This browser's WebAssembly has no SIMD instructions, and\
 the network needs them.":"This browser runs no WebAssembly, or was set to run none, and the network needs it."}function whyNone(browser=globalThis){return browser.Worker?browser.DecompressionStream?whyNoWebAssembly(browser.WebAssembly):"This browser cannot unpack gzip, a\
nd the network is packed so.":"This browser starts no workers, and the network needs one."}var STAYS="What is shown here still plays.",FORBIDDEN="This browser lets no page start a worker of its own, and the network needs one.";function workerOf(code){
let url=URL.createObjectURL(new Blob([code],{type:"text/javascript"})),worker=new Worker(url);return setTimeout(()=>URL.revokeObjectURL(url),1e4),worker}var Engine=class{#data;#make;#root;#worker=null;#panels=new Map;#brought=new Set;#calls=new Map;#taking=new Map;#own=new Map;#counted=0;#isReady=!1;#words="";#there=later();#opened=later();ready=this.#opened.
promise;constructor(data,make2=workerOf,root2=globalThis.document){this.#data=data,this.#make=make2,this.#root=root2}add(id,model,live){this.#panels.set(id,{model,
live})}async start(){try{if(!this.#data)throw new Error(NOT_WHOLE);let why=whyNone();if(why)throw new Error(`${why} ${ELSEWHERE}`);let[code,wasm]=await Promise.
all([this.#data.code,this.#data.wasm].map(id=>unpackedBytes(id,this.#root)));this.#worker=this.#made(code),this.#worker.onmessage=({data})=>this.#receive(data),
this.#worker.onerror=event=>this.#broke(event.message),this.post({kind:"start",wasm:wasm.buffer},[wasm.buffer])}catch(problem){this.#lose(problem.message)}}#made(code){
try{return this.#make(code)}catch(problem){throw new Error(`${FORBIDDEN} ${ELSEWHERE} (The browser says: ${problem.message})`,{cause:problem})}}post(message,buffers=[]){
this.#worker?.postMessage(message,buffers)}async take(id,sound){await this.#wait();let{samples,...kept2}=this.keep(sound);return new Promise(resolve=>{this.#taking.
set(id,[...this.#taking.get(id)??[],resolve]),this.post({kind:"take",id,samples,...kept2},[samples.buffer])})}keep({again,...sound}){let key=`own ${++this.#counted}`;
return this.#own.set(key,again),{...sound,key}}async call(id,method,args,buffers){await this.#wait();let request=++this.#counted;return new Promise((resolve,reject)=>{
this.#calls.set(request,{resolve,reject}),this.post({kind:"call",request,id,method,args},buffers)})}async#wait(){if(await this.#there.promise,this.#words)throw new Error(
this.#words)}#receive(message){let{kind,id,request}=message;if(kind==="ready")this.#open();else if(kind==="failed"&&id!==void 0)this.#fail(id,message.words);else if(kind===
"failed")this.#lose(message.words);else if(kind==="state"||kind==="custom")this.#panels.get(id)?.model.receive(message),this.#hear(id,message.state);else if(kind===
"decode")this.#decode(request,message.clip);else if(kind==="taken")this.#taking.get(id)?.shift()?.(message.error??"");else if(kind==="answer"){let{error,result}=message;
error?this.#calls.get(request)?.reject(new Error(error)):this.#calls.get(request)?.resolve(result),this.#calls.delete(request)}}#fail(id,words2){this.#panels.get(
id)?.model.lose(`${words2} ${STAYS}`),this.#isFirst(id)&&this.#opened.reject(new Error(words2))}#isFirst(id){return id===Math.min(...this.#panels.keys())}#hear(id,{
facts,error}={}){this.#isFirst(id)&&(error&&!facts?this.#opened.reject(new Error(error)):this.#opened.resolve(void 0))}#open(){if(!this.#isReady){this.#isReady=
!0;try{for(let{model,live}of this.#panels.values())this.#bring(live.model),model.begin(live,Object.fromEntries(live.clips.map(key=>[key,this.#clip(key)])));this.#there.
resolve(void 0)}catch(problem){this.#lose(problem.message)}}}#clip(key){let found=this.#data?.clips?.[key];if(!found)throw new Error(NOT_WHOLE);return found}#bring(key){
if(this.#brought.has(key))return;let doc=this.#data?.models?.[key];if(!doc)throw new Error(NOT_WHOLE);let{buffer}=elementBytes(doc.weights,this.#root);this.#brought.
add(key),this.post({kind:"model",key,doc,weights:buffer},[buffer])}async#decode(request,key){try{let{samples,rate}=await(this.#own.get(key)?.()??this.#shipped(key));
this.post({kind:"decoded",request,samples,rate},[samples.buffer])}catch(problem){this.post({kind:"decoded",request,error:problem.message})}}async#shipped(key){let clip=this.#clip(
key);return decodeShipped(elementBytes(clip.data,this.#root),clip)}#broke(message){let said=message?.replace(/^Uncaught (Error: )?/,"").replace(/\.$/,"");this.#isReady?
this.#lose(`The network in this page stopped: ${said||"its worker died"}. Load the page again; where that does not help, close other tabs, which take memory.`):
said?this.#lose(`The network in this page did not start: ${said}. Load the page again, or open it in another browser.`):this.#lose(`${FORBIDDEN} ${ELSEWHERE}`)}close(){
this.#worker?.terminate(),this.#worker=null}#lose(words2){if(this.#words)return;this.#words=`${words2} ${STAYS}`,this.#worker?.terminate(),this.#worker=null;let problem=new Error(
words2);this.#there.reject(problem),this.#opened.reject(problem),this.ready=rejected(problem);for(let{reject}of this.#calls.values())reject(problem);for(let resolve of[
...this.#taking.values()].flat())resolve(words2);this.#calls.clear(),this.#taking.clear();for(let{model}of this.#panels.values())model.lose(this.#words)}};var panel_default=`/* Made by js/build.js from js/: change that. */
.auralise{color-scheme:light dark;--ink: var(--jp-ui-font-color1, light-dark(#1d1b22, #eceaf0));--paper: var(--jp-layout-color1, light-dark(#ffffff, #18171c));-\
-bright:
#fc9b74;--accent: light-dark(#98307f, #fc9b74);--on-accent: light-dark(#ffffff, #22101c);--quiet: color-mix(in srgb, var(--ink) 72%, var(--paper));--track: colo\
r-mix(in
srgb, var(--ink) 30%, var(--paper));--line: color-mix(in srgb, var(--ink) 14%, var(--paper));--wash: color-mix(in srgb, var(--ink) 6%, var(--paper));--alarm: li\
ght-dark(#a61b1b,
#ffb4ab);--alarm-wash: light-dark(#fff1f0, #3b1a1c);container:auralise / inline-size;box-sizing:border-box;width:100%;min-width:min(100%,20rem);flex:1 1 auto;co\
lor:var(--ink);
background:var(--paper);border-radius:8px}[data-jp-theme-light=true] .auralise,html[theme=light] .auralise,[data-vscode-theme-kind=vscode-light] .auralise{color\
-scheme:light}
[data-jp-theme-light=false] .auralise,html[theme=dark] .auralise,[data-vscode-theme-kind=vscode-dark] .auralise{color-scheme:dark}.auralise *,.auralise *::befor\
e{
box-sizing:border-box}.auralise [hidden]{display:none!important}.auralise :where(p,ul,dl,dd){margin:0;padding:0}.auralise-panel{--gutter: 5em;--round: 5px;displ\
ay:grid;
gap:0.7em;padding:0.9em 1em 0.8em;font:400 clamp(13px,8px + 0.55cqi,21px) / 1.4 var(--jp-ui-font-family, system-ui, "Segoe UI", "Helvetica Neue", "Liberation Sa\
\\
ns", Arial, sans-serif);font-variant-numeric:tabular-nums}.auralise-quiet{color:var(--quiet);font-size:0.9em}.auralise:focus-visible,.auralise :focus-visible,.a\
uralise
input:focus-visible+.auralise-knob,.auralise-switch input:focus-visible+label{outline:2px solid var(--accent);outline-offset:2px}.auralise:focus-visible{outline\
-offset:-2px}
.auralise-header{display:flex;flex-wrap:wrap;gap:0.3em 2em;align-items:baseline;justify-content:space-between;min-height:1.8em}.auralise-title{font-size:1.2em;l\
ine-height:1.3;
color:var(--quiet);overflow-wrap:anywhere}.auralise-title strong{font-weight:600;color:var(--ink)}.auralise-classes{display:flex;flex-wrap:wrap;gap:0.2em 1.4em;\

list-style:none;font-size:0.9em}.auralise-classes li{display:flex;align-items:center;gap:0.5em}.auralise-meter{width:4.5em;height:0.5em;border-radius:1em;backgr\
ound:var(--line);
overflow:hidden}.auralise-meter i{display:block;height:100%;border-radius:inherit;background:var(--accent)}.auralise-meter:has(b){position:relative}.auralise-me\
ter
b{position:absolute;inset:0 auto 0 0;border:1px solid var(--ink);border-radius:inherit}.auralise-percent{color:var(--quiet);min-width:2.6em;text-align:right}:is\
(.auralise-untrained,
.auralise-none){color:var(--quiet)}:is(.auralise-untrained,.auralise-none) .auralise-meter i{background:var(--quiet)}.auralise-classes .auralise-answer{color:va\
r(--ink);
font-weight:600;cursor:help}.auralise-own{display:inline-flex;flex-wrap:wrap;align-items:center;gap:0.4em}.auralise-own.auralise-open{padding:0.35em 0.8em;borde\
r:1.5px
dashed var(--track);border-radius:1.6em}.auralise-open.auralise-over{border-color:var(--accent);background:var(--wash)}.auralise-place{color:var(--quiet)}.aural\
ise
.auralise-record{min-width:7.4em}.auralise-recording svg{color:var(--alarm)}@media(hover:none){.auralise-place{display:none}}.auralise.auralise-dropping{positio\
n:relative;
outline:3px dashed var(--accent);outline-offset:-3px}.auralise-dropping::after{content:attr(data-drop);position:sticky;z-index:4;bottom:1.5em;display:block;widt\
h:max-content;
height:2.4em;margin:-2.4em auto 0;padding:0 1.4em;border-radius:1.2em;background:var(--accent);color:var(--on-accent);font:600 1.1rem / 2.4em var(--jp-ui-font-f\
amily,
system-ui, "Segoe UI", "Helvetica Neue", "Liberation Sans", Arial, sans-serif);pointer-events:none}.auralise .auralise-mute{min-height:1.8em}.auralise-muted{gap\
:0.3em
0.7em;min-height:0;font-size:0.95em}.auralise-muted-items{display:flex;flex-wrap:wrap;gap:0.3em 0.5em;max-height:7em;overflow:auto}.auralise-muted-item{display:\
inline-flex;
align-items:center;border:1px solid var(--track);border-radius:2em}.auralise .auralise-muted-item .auralise-plain{min-height:1.7em;border-color:transparent;back\
ground:none}
.auralise .auralise-muted-item .auralise-muted-name{padding-right:0.1em}.auralise .auralise-muted-item .auralise-muted-name:disabled{opacity:1}.auralise-muted-g\
ain{
display:inline-flex;align-items:center;gap:0.4em;padding-left:0.5em}.auralise-muted-gain input{width:8em;accent-color:var(--accent)}.auralise-muted-part{padding\
:0.1em
0 0.1em 0.8em}.auralise-part{gap:0.3em 1.2em;min-height:0;font-size:0.95em}.auralise-part span{white-space:nowrap}.auralise-part input{width:6em;padding:0.15em \
0.4em;
border:1px solid var(--track);border-radius:5px;background:var(--paper);color:inherit;font:inherit}.auralise-parting{cursor:cell;touch-action:none}.auralise-par\
t-box{
position:absolute;z-index:1;border:2px solid #fff;background:rgb(8 4 16 / 45%);pointer-events:none}.auralise-part-box span{position:absolute;top:0;left:0;paddin\
g:0
0.4em;background:rgb(8 4 16 / 80%);color:#f4eff5;white-space:nowrap}.auralise-part-none{border-style:dotted}.auralise-part-out{position:absolute;border:1px dash\
ed
rgb(255 255 255 / 75%);pointer-events:none}.auralise .auralise-muted-all{min-height:1.7em;border-color:transparent;color:var(--quiet)}.auralise-marks{min-width:\
0;
border-top:1px solid var(--line);padding-top:0.4em;font-size:0.95em}.auralise-marks-head{gap:0.3em 0.7em;min-height:2.2em}.auralise .auralise-marks-head .aurali\
se-plain{
min-height:2em}.auralise .auralise-marks-opener{border-color:transparent}.auralise .auralise-marks-opener::before{content:"▸";width:0.8em}.auralise .auralise-ma\
rks-opener[aria-expanded=true]::before{
content:"▾"}.auralise-marks-said{overflow-wrap:anywhere;min-width:0}.auralise-marks-list{list-style:none;margin:0.2em 0 0.4em;padding:0;max-height:18em;overflow\
:auto}
.auralise-mark{display:grid;grid-template-columns:minmax(4.2em,auto) minmax(0,14em) minmax(0,1fr) auto;align-items:center;gap:0.1em 0.6em;padding:0.15em 4px;bor\
der-left:3px
solid transparent}.auralise-mark[aria-current]{border-left-color:var(--accent);background:var(--wash)}.auralise .auralise-mark-name{justify-content:center;font-\
weight:600}
.auralise-mark-about{display:grid;min-width:0;line-height:1.25}.auralise-mark-about>*{overflow-wrap:anywhere}.auralise-mark-absent{font-style:normal;font-size:0\
.9em;
color:var(--alarm)}.auralise-marks input[type=text]{min-width:0;min-height:24px;padding:0.2em 0.5em;border:1px solid var(--track);border-radius:5px;background:v\
ar(--paper);
color:inherit;font:inherit}.auralise-marks input::placeholder{color:var(--quiet);opacity:1}.auralise-mark input{width:100%}.auralise-marks-files{gap:0.3em 0.7em\
}
.auralise-marks-files .auralise-choice{flex-wrap:wrap}@container auralise (width < 560px){.auralise-mark{grid-template-columns:minmax(4.2em,auto) minmax(0,1fr) \
auto}
.auralise-mark>input{grid-area:2 / 1 / auto / -1}}.auralise-chooser{display:grid;grid-template-columns:var(--gutter) minmax(0,1fr) 20em;align-items:center;colum\
n-gap:0.6em}
.auralise-chooser>label{font-weight:600}.auralise-way{display:flex;align-items:center}.auralise-end{min-width:2.1em;text-align:center;color:var(--quiet)}.aurali\
se-track{
--knob: 2.1em;position:relative;flex:1;height:2.2em}.auralise-track::before{content:"";position:absolute;inset:calc(50% - 1px) calc(var(--knob) / 2);height:2px;\

border-radius:2px;background:var(--track)}.auralise-track input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;font:inherit;cursor:pointer;\

appearance:none}.auralise-track input::-webkit-slider-thumb{appearance:none;width:var(--knob);height:var(--knob)}.auralise-track input::-moz-range-thumb{width:v\
ar(--knob);
height:var(--knob);border:0}.auralise-ticks{position:absolute;inset:0 calc(var(--knob) / 2);pointer-events:none}.auralise-ticks span{position:absolute;top:50%;t\
ransform:translate(-50%,-50%);
padding:0 0.45em;background:var(--paper);color:var(--quiet)}.auralise-ticks .auralise-dot{width:6px;height:6px;padding:0;border-radius:50%;background:var(--quie\
t)}
.auralise-ticks .auralise-faint{color:color-mix(in srgb,var(--ink) 45%,var(--paper))}.auralise-knob{position:absolute;top:50%;left:calc(var(--at, 0) * (100% - v\
ar(--knob)));
width:var(--knob);height:var(--knob);border-radius:50%;translate:0 -50%;display:grid;place-items:center;pointer-events:none;background:var(--accent);color:var(-\
-on-accent);
font-weight:600;box-shadow:0 0 0 3px var(--paper)}.auralise-facts{position:relative;display:flex;align-items:center;justify-content:flex-end;gap:0.4em;min-heigh\
t:2.2em;
white-space:nowrap}.auralise-fact{overflow:hidden;text-overflow:ellipsis;white-space:pre;line-height:1.2}.auralise-kernel{min-width:0.7em;max-width:6em;height:2\
.2em;
flex:none;image-rendering:pixelated;border-radius:3px;box-shadow:0 0 0 1px var(--track)}.auralise-knob.auralise-dead{background:var(--track);color:var(--ink)}.a\
uralise-working{
display:none;min-width:0;align-items:center;gap:0.4em}.auralise-working.auralise-on{display:flex}.auralise-on+.auralise-fact{display:none}.auralise-working .aur\
alise-progress{
flex:0 1 8em;min-width:1.5em}.auralise-facts>:not(.auralise-fact,.auralise-working,.auralise-legend){flex:none}.auralise-progress{width:8em;height:0.35em;accent\
-color:var(--accent)}
.auralise-timeline{grid-template-rows:2.2em auto auto auto;row-gap:3px}.auralise-timeline>*{grid-row:var(--row)}.auralise-timeline>:is(label,.auralise-song-capt\
ion){
grid-column:1}.auralise-timeline>.auralise-facts{grid-column:3}.auralise-song-caption{color:var(--quiet);font-size:0.9em;line-height:1.2}.auralise-song-row,.aur\
alise-song-axis,
.auralise-song,.auralise-song-working{grid-column:2;margin:0 2.1em}.auralise-song-row{position:relative;height:2.2em;border-radius:3px;background:var(--wash);ov\
erflow:hidden}
.auralise .auralise-song-row>*{position:absolute;inset:0;width:100%;height:100%}.auralise-song-said{height:3.6em}.auralise .auralise-overview{opacity:0.55;color\
:var(--accent)}
.auralise .auralise-lines{fill:none}.auralise-by-chance :is(.auralise-song-said .auralise-lines,.auralise-swatch){opacity:0.5}.auralise-lines path{vector-effect\
:non-scaling-stroke;
stroke-width:1.5px;stroke-linejoin:round}.auralise-lines path[data-dashed]{stroke-dasharray:4 3}.auralise .auralise-song-row .auralise-song-top{inset:1px auto a\
uto
1px;width:auto;height:auto;padding:0 0.3em;border-radius:3px;background:color-mix(in srgb,var(--paper) 80%,transparent);font-size:0.72em;line-height:1.3}.aurali\
se-song-top:empty{
display:none}.auralise-song-marks i{position:absolute;top:0;translate:-50% 0;border:solid transparent;border-width:0.45em 0.35em 0;border-top-color:var(--ink);f\
ilter:drop-shadow(0
0 1px var(--paper))}.auralise-song-marks .auralise-on{border-width:0.75em 0.55em 0}.auralise-song-axis{height:1.2em;margin:0 calc(2.1em / 0.85)}.auralise-song-a\
xis
span{top:0.15em;translate:-50% 0}.auralise-song{grid-row:1 / 4;align-self:stretch;position:relative;z-index:1;cursor:pointer;touch-action:pan-y;user-select:none\
;
-webkit-user-select:none}.auralise-song>*{position:absolute;inset:0 auto;height:100%;pointer-events:none}.auralise-song input{width:100%;margin:0;opacity:0;font\
:inherit}
.auralise .auralise-song .auralise-pane{width:0;min-width:5px;border-radius:4px;background:color-mix(in srgb,var(--accent) 16%,transparent);box-shadow:inset 0 0\

0 2px var(--accent)}.auralise-song-here{width:100%}.auralise-song-here i{position:absolute;inset:0 auto;border-radius:4px;background:color-mix(in srgb,var(--acc\
ent)
7%,transparent);box-shadow:inset 0 0 0 1px color-mix(in srgb,var(--accent) 60%,transparent)}.auralise-song-head{width:2px;margin-left:-1px;background:var(--ink)\
;
box-shadow:0 0 0 1px var(--paper)}.auralise-song-cross{border-left:1px dashed var(--ink);opacity:0}.auralise-song .auralise-song-tip{inset:auto;top:calc(100% + \
3px);
z-index:3;height:auto;margin:0 0.5em;padding:0.3em 0.6em;border-radius:4px;background:rgb(8 4 16 / 88%);color:#f4eff5;font-size:0.9em;white-space:pre;opacity:0}\

.auralise-song[data-pointed] :is(.auralise-song-cross,.auralise-song-tip){opacity:1}.auralise-song:has(input:focus-visible){outline:2px solid var(--accent);outl\
ine-offset:2px;
border-radius:4px}.auralise-song-working{grid-row:2 / 4;z-index:2;display:flex;align-items:center;align-self:start;justify-content:center;gap:0.7em;min-height:2\
.2em;
min-width:0;pointer-events:none}.auralise-song-working button{pointer-events:auto}.auralise-song-working .auralise-progress{flex:1 1 2em;max-width:8em}.auralise\
-song-words{
font-size:0.9em;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.auralise-song-error .auralise-song-words{color:var(--alarm);pointer-events:auto;white\
-space:normal;
max-height:3.6em;overflow:auto}.auralise-legend{display:inline-flex;flex-wrap:wrap;align-items:center;justify-content:flex-end;gap:0.15em 0.2em;min-width:0}.aur\
alise
.auralise-timeline .auralise-plain{min-height:max(1.7em,24px);white-space:nowrap}.auralise .auralise-legend .auralise-entry{padding:0 0.5em;border-color:transpa\
rent;
gap:0.35em}.auralise .auralise-one .auralise-entry:not([aria-pressed=true]){opacity:0.55}.auralise-swatch{width:0.8em;height:0.8em;border-radius:2px;box-shadow:\
0
0 0 1px var(--line)}.auralise-pale{background:repeating-linear-gradient(90deg,color-mix(in srgb,#0072b2 28%,var(--paper)) 0 33.4%,color-mix(in srgb,#e69f00 28%,\
var(--paper))
0 66.7%,color-mix(in srgb,#009e73 28%,var(--paper)) 0)}.auralise-timeline .auralise-facts{align-self:stretch;min-height:0}.auralise-about,.auralise-concept{grid\
-column:2
/ -1;padding:0 2.3em 0.15em;min-height:1.4em;text-wrap:pretty}.auralise-figures{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1.4fr) minmax(0,0.9fr)\
;
column-gap:1.6em;padding-left:calc(var(--gutter) + 0.6em);font-size:0.9em;line-height:1.4}.auralise-known{display:grid;grid-template-columns:4.2em minmax(0,1fr)\
;
align-content:start;cursor:help;color:var(--quiet)}.auralise-known>span:first-child{grid-column:1 / -1}.auralise-known span{overflow:hidden;text-overflow:ellips\
is;
white-space:nowrap}.auralise-known b{color:var(--ink);font-weight:600;min-height:1.4em}.auralise-known .auralise-known-more{display:grid;column-gap:0.6em;grid-t\
emplate-columns:minmax(0,14.5em)
minmax(0,1fr)}.auralise-known-more>*{grid-row:1}.auralise-known-more>em{grid-column:-2}.auralise-known-more:has(em:empty)>span{grid-column:1 / -1}.auralise-like\
ness
.auralise-known-more{grid-template-columns:minmax(0,6.5em) minmax(0,1fr)}.auralise-control .auralise-known-more{grid-template-columns:minmax(0,1fr)}.auralise-kn\
own
em{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-style:normal;color:var(--ink)}.auralise-known[data-side=less] em{color:var(--accent)}.auralise\
-known[data-side=more]
em{color:light-dark(#0b5c8a,#8ecbf2)}.auralise-known[data-side=same] em{color:var(--quiet)}.auralise-figure{--two: max(2, var(--rows, 2) * 0.72);--tall: clamp(6\
.5rem,
min((32cqi + 6rem) / var(--two), 62vh / var(--two)), 32rem);display:grid;grid-template:auto 1.7em / var(--gutter) minmax(0,1fr) 0.9em 3.2em;column-gap:0.6em;pad\
ding-top:0.4em}
.auralise-left{grid-area:1 / 1}.auralise-stage{grid-area:1 / 2}.auralise-left,.auralise-stage{display:grid;grid-template-rows:repeat(var(--rows, 2),var(--tall))\
;
gap:6px}.auralise-stage{position:relative;cursor:crosshair;touch-action:pan-y;user-select:none;-webkit-user-select:none}.auralise-picture{position:relative;over\
flow:hidden;
border-radius:var(--round);background:#000004}.auralise-canvas{position:absolute;inset:0;width:100%;height:100%}.auralise-axis{position:relative;color:var(--qui\
et);
font-size:0.85em;line-height:1;white-space:nowrap;user-select:none;-webkit-user-select:none}.auralise-axis span{position:absolute}.auralise-axis-frequency span{\

right:0;translate:0 50%}.auralise-axis-time{grid-area:2 / 2;cursor:col-resize;touch-action:none}.auralise-axis-time span{top:0.55em;translate:-50% 0}.auralise-a\
xis-time
span::before{content:"";position:absolute;left:50%;bottom:calc(100% + 0.12em);width:1px;height:0.35em;background:var(--quiet)}.auralise-axis-title{color:var(--q\
uiet);
font-size:0.85em;line-height:1;user-select:none;-webkit-user-select:none}.auralise-axis-title:nth-last-child(2){grid-area:1 / 1;place-self:center start;writing-\
mode:vertical-rl;
rotate:180deg}.auralise-axis-title:last-child{grid-area:2 / 1;place-self:start;padding-top:0.55em}.auralise-axis-level{grid-area:1 / 4}.auralise-axis-level span\
{
left:0;translate:0 50%}.auralise-bar{grid-area:1 / 3;position:relative}.auralise-bar canvas{box-shadow:0 0 0 1px var(--line);position:absolute;width:100%;height\
:100%;
border-radius:var(--round)}.auralise-bar-mark{position:absolute;right:calc(100% - 1px);translate:0 50%;border:solid transparent;border-width:0.35em 0 0.35em 0.5\
em;
border-left-color:var(--ink);opacity:0}.auralise-caption,.auralise-readout,.auralise-status{position:absolute;display:flex;align-items:center;padding:0 0.6em;he\
ight:1.8em;
border-radius:4px;background:rgb(8 4 16 / 72%);color:#f4eff5;pointer-events:none;white-space:nowrap}.auralise-caption{z-index:1;top:0.5em;left:0.5em;padding-lef\
t:0;
gap:0.6em;max-width:calc(100% - 1em);transition:opacity 0.12s}.auralise-caption b{display:grid;place-items:center;align-self:stretch;width:1.8em;border-radius:4\
px;
background:rgb(255 255 255 / 14%)}.auralise-caption svg{width:1.25em;height:1.25em;margin-left:-0.2em;color:#fc9b74}.auralise-picture:not(.auralise-heard) svg{d\
isplay:none}
.auralise-heard .auralise-caption b{background:#fc9b74;color:#22101c}.auralise-name{overflow:hidden;text-overflow:ellipsis}.auralise-late .auralise-name{opacity\
:0.6;
transition:opacity 0.1s 0.12s}.auralise-pending .auralise-canvas{opacity:0.4}.auralise-pending .auralise-named select{color:var(--quiet);border-style:dashed}.au\
ralise-late
.auralise-caption::after{content:attr(data-late);opacity:0;animation:auralise-appear 0.1s 0.25s forwards}.auralise-remark{position:absolute;inset:0;display:grid\
;
place-items:center;color:#f4eff5;font-size:1.15em;pointer-events:none;text-shadow:0 0 6px #000004,0 0 2px #000004}.auralise-readout{z-index:1;top:0.5em;right:0.\
5em;
opacity:0}.auralise-status{left:50%;bottom:0.8em;translate:-50% 0;z-index:1;width:max-content;max-width:calc(100% - 1em);height:auto;min-height:1.8em;max-height\
:calc(100%
- 1.6em);overflow:auto;white-space:normal;overflow-wrap:anywhere}.auralise .auralise-status:not(:empty){pointer-events:auto;user-select:text;-webkit-user-select\
:text}
.auralise-status:empty{padding:0}.auralise-playhead{position:absolute;inset:0 auto;left:0;width:2px;margin-left:-1px;background:#fff;box-shadow:0 0 0 1px rgb(8 \
4
16 / 55%);pointer-events:none}.auralise-playhead::before{content:"";position:absolute;left:50%;bottom:100%;translate:-50% 0;border:solid transparent;border-widt\
h:0.5em
0.36em 0;border-top-color:var(--accent)}.auralise-cross{position:absolute;pointer-events:none;opacity:0}.auralise-cross-time{inset:0 auto;border-left:1px dashed\

rgb(255 255 255 / 65%)}.auralise-cross-level{left:0;right:0;border-top:1px dashed rgb(255 255 255 / 45%)}.auralise-figure[data-pointed] :is(.auralise-cross,.aur\
alise-readout,
.auralise-bar-mark){opacity:1}.auralise-box{position:absolute;z-index:1;outline:2px solid #fff;outline-offset:1px;border-radius:1px;box-shadow:0 0 0 5px rgb(8 4\

16 / 55%);pointer-events:none}.auralise-box span{position:absolute;bottom:calc(100% + 6px);padding:0 0.5em;border-radius:3px;background:rgb(8 4 16 / 80%);color:\
#f4eff5;
font-size:0.85em;font-style:normal;line-height:1.6;white-space:nowrap}.auralise-below span{bottom:auto;top:calc(100% + 6px)}.auralise-inside span{bottom:0.5em}.\
auralise-strongest{
outline-color:#fc9b74}.auralise .auralise-enable{position:absolute;inset:0;margin:auto;width:max-content;height:max-content;padding:0.6em 1.2em;border:0;border-\
radius:2em;
background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;cursor:pointer}.auralise-error{position:absolute;inset:0.8em 0.8em auto;z-index:2;d\
isplay:flex;
gap:1em;align-items:flex-start;padding:0.7em 0.8em 0.7em 1em;border:1px solid var(--alarm);border-left-width:5px;border-radius:var(--round);background:var(--ala\
rm-wash);
color:var(--ink);box-shadow:0 6px 24px rgb(8 4 16 / 45%);cursor:auto;user-select:text;-webkit-user-select:text}.auralise-error p{flex:1;align-self:center;max-he\
ight:9em;
overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere}.auralise-row{display:flex;flex-wrap:wrap;align-items:center;gap:0.6em 1.3em;min-height:2.8em}.auralis\
e
:where(button,select){font:inherit;color:inherit;cursor:pointer;user-select:none;-webkit-user-select:none}.auralise .auralise-play{display:grid;place-items:cent\
er;
width:2.9em;height:2.9em;padding:0;border:0;border-radius:50%;background:var(--accent);color:var(--on-accent)}.auralise :where(svg){width:1.5em;height:1.5em;fil\
l:currentColor;
flex:none}.auralise:not(.auralise-playing) .auralise-play svg:last-child,.auralise-playing .auralise-play svg:first-child{display:none}.auralise-time{min-width:\
7.2em;
white-space:nowrap}.auralise-switch{display:flex;flex-wrap:wrap;min-width:0;padding:3px;border-radius:1.4em;background:var(--wash);box-shadow:inset 0 0 0 1px va\
r(--line)}
.auralise-switch span{position:relative}.auralise-switch input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}.auralise-swit\
ch
label{display:block;padding:0.25em 1em;border-radius:2em;cursor:pointer;overflow-wrap:anywhere}.auralise .auralise-switch .auralise-leave{align-self:center;min-\
height:0;
padding:0 0.5em;border-color:transparent}.auralise-switch input:checked+label{background:var(--accent);color:var(--on-accent)}.auralise .auralise-plain{display:\
inline-flex;
align-items:center;gap:0.4em;min-height:2em;padding:0.15em 0.8em;border:1px solid var(--track);border-radius:2em;background:transparent}.auralise .auralise-plai\
n:hover{
background:var(--wash)}.auralise .auralise-loop{border-color:transparent;color:var(--quiet)}.auralise .auralise-loop[aria-pressed=true]{background:var(--wash);c\
olor:var(--accent)}
.auralise-volume{display:inline-flex;align-items:center;gap:0.4em;color:var(--quiet)}.auralise-volume input{--groove: linear-gradient(90deg, var(--accent) calc(\
100%
* var(--at, 0.5)), var(--track) 0);width:7em;height:1.8em;margin:0;font:inherit;background:none;appearance:none;cursor:pointer;border-radius:1em}.auralise-volum\
e
input::-webkit-slider-runnable-track{height:2px;background:var(--groove)}.auralise-volume input::-moz-range-track{height:2px;background:var(--groove)}.auralise-\
volume
input::-webkit-slider-thumb{appearance:none;width:1em;height:1em;margin-top:calc(1px - 0.5em);border-radius:50%;background:var(--accent)}.auralise-volume input:\
:-moz-range-thumb{
width:1em;height:1em;border:0;border-radius:50%;background:var(--accent)}.auralise-doors{display:inline-flex;flex:none;align-items:center;gap:0.5em}.auralise .a\
uralise-more::after{
content:"";width:0.45em;height:0.45em;border:solid currentcolor;border-width:0 2px 2px 0;rotate:45deg;translate:0 -0.12em}.auralise .auralise-more[aria-expanded\
=true]::after{
rotate:-135deg;translate:0 0.12em}.auralise-rest{display:flex;flex:1 1 25em;min-width:0;align-items:center;gap:0.9em}.auralise-said{display:grid;flex:1;text-ali\
gn:right;
color:var(--quiet);font-size:0.9em;line-height:1.35;min-height:2.7em;margin-block:-0.45em;min-width:0;align-content:center}.auralise-said>*{overflow:hidden;text\
-overflow:ellipsis}
.auralise-choice{display:inline-flex;align-items:center;gap:0.45em;max-width:100%}.auralise-choice label,.auralise-word{color:var(--quiet)}.auralise-choice sele\
ct{
min-width:0;max-width:15em;padding:0.2em 0.4em;border:1px solid var(--track);border-radius:5px;background:var(--paper)}.auralise .auralise-help{flex:none;width:\
2em;
padding:0;justify-content:center}.auralise .auralise-icon{flex:none;min-width:2em;padding:0 0.3em;justify-content:center;border-color:transparent}.auralise .aur\
alise-icon:hover{
border-color:var(--track)}.auralise .auralise-save{border-color:transparent;padding:0 0.5em;gap:0.1em}.auralise .auralise-plain:disabled{opacity:0.4;cursor:defa\
ult}
.auralise .auralise-plain[aria-pressed=true]{background:var(--wash);color:var(--accent)}.auralise .auralise-stop{min-height:0;padding:0 0.6em;font-size:0.85em;b\
ackground:var(--paper)}
.auralise-group{display:inline-flex;align-items:center;gap:0.1em}.auralise-view{gap:0.4em 1.1em;min-height:2.2em;font-size:0.9em}.auralise-view .auralise-plain{\

min-height:1.9em}.auralise-view:not(.auralise-open)>:not(.auralise-used){display:none}.auralise-view.auralise-none-used:not(.auralise-open){display:none}.aurali\
se-word{
margin:0 0.2em 0 0.5em}.auralise-named{display:flex;flex-wrap:wrap;align-items:center;gap:0.3em 1em;min-width:0}.auralise-named select{font-weight:600;max-width\
:18em}
.auralise-region{position:absolute;inset:0;border-top:3px solid var(--bright);pointer-events:none}.auralise-shade{position:absolute;inset:0;background:rgb(8 4 1\
6
/ 45%);pointer-events:none}.auralise-handle{position:absolute;z-index:1;inset:0 auto;width:12px;margin-left:-6px;cursor:ew-resize;touch-action:none}.auralise-ha\
ndle::before{
content:"";position:absolute;inset:0 5px;background:var(--bright)}.auralise-wall{border-top:1px solid var(--line);padding-top:0.5em}.auralise-beside{display:gri\
d;
grid-template-columns:minmax(0,1fr) clamp(20em,30cqi,34em);column-gap:1.2em}.auralise-beside>.auralise-wall{display:flex;flex-direction:column;height:0;min-heig\
ht:100%;
padding:0 0 0 1em;border:solid var(--line);border-width:0 0 0 1px}.auralise-beside .auralise-row{flex:none;gap:0.2em 1em;min-height:0;padding-bottom:0.5em}.aura\
lise-beside
.auralise-tiles{flex:0 1 auto;grid-auto-rows:max-content;align-items:start;min-height:8em;padding:2px;overflow:auto}.auralise-tiles{display:grid;grid-template-c\
olumns:repeat(auto-fill,minmax(5.6em,1fr));
gap:5px;border-radius:4px}.auralise-tile{position:relative;aspect-ratio:4 / 3;border-radius:4px;overflow:hidden;background:#000004;cursor:pointer}.auralise-tile\
.auralise-coming{
background:var(--line)}.auralise-tile canvas{position:absolute;width:100%;height:100%}.auralise-tile span{position:absolute;left:0;top:0;min-width:1.7em;padding\
:0
0.35em;text-align:center;border-radius:0 0 4px;background:rgb(8 4 16 / 72%);color:#f4eff5;font-size:0.85em}.auralise-tile em{position:absolute;inset:0;display:g\
rid;
place-items:center;font-style:normal;font-size:0.85em;color:#d8d0dc}.auralise-tile:not(.auralise-silent) em{inset:auto 0 0 auto;padding:0 0.35em;border-radius:4\
px
0 0;background:rgb(8 4 16 / 72%)}.auralise-silent{box-shadow:inset 0 0 0 1px var(--track)}.auralise-silent canvas{visibility:hidden}.auralise-tile[aria-selected\
=true]{
outline:3px solid var(--accent);outline-offset:-1px}.auralise-tile[aria-selected=true] span{background:var(--accent);color:var(--on-accent)}.auralise-tile.aural\
ise-first::before{
content:"";position:absolute;z-index:1;inset:0 auto 0 0;width:4px;background:var(--bright)}.auralise-choices{display:flex;flex-wrap:wrap;align-items:center;gap:\
0.3em
1.1em;min-width:0}.auralise-heat{display:grid;gap:0.35em;border-top:1px solid var(--line);padding-top:0.5em;min-width:0}.auralise-heat-head{min-height:2.2em;gap\
:0.3em
1.3em}.auralise-heat-head .auralise-choice,.auralise-heat-legend{font-size:0.9em}.auralise-heat-legend{display:inline-flex;align-items:center;gap:0.4em;white-sp\
ace:nowrap}
.auralise-heat-legend canvas{width:8em;height:0.75em;border-radius:2px}.auralise-heat-dead{width:1.1em;height:0.75em;margin-left:0.8em;border-radius:2px;backgro\
und:linear-gradient(to
bottom right,#8c8c8c calc(50% - 1px),#3c3c3c calc(50% - 1px) calc(50% + 1px),#8c8c8c calc(50% + 1px))}.auralise-heat-working{display:inline-flex;align-items:cen\
ter;
gap:0.5em;visibility:hidden}.auralise-heat-working.auralise-on{visibility:visible}.auralise-heat-working .auralise-progress:not(.auralise-on){visibility:hidden}\

.auralise-heat-grid{position:relative;border-radius:4px;min-width:0}.auralise-heat-grid canvas{position:absolute;inset:0;width:100%;height:100%}.auralise-heat-l\
abels{
position:absolute;inset:0;pointer-events:none;color:var(--quiet);line-height:1}.auralise-heat-labels span{position:absolute;white-space:nowrap}.auralise-heat-na\
me{
translate:0 -50%;font-size:0.9em}.auralise-heat-number{translate:-50% 0;margin-top:3px;padding:0.15em 0.2em;border-radius:3px;font-size:clamp(10px,0.72em,13px);\

letter-spacing:-0.02em}.auralise-heat-shown{z-index:1;background:var(--accent);color:var(--on-accent);font-weight:600}.auralise-heat-readout{min-height:1.4em}.a\
uralise-heat-means{
display:grid}.auralise-heat-means b{font-weight:600}:is(.jp-OutputArea,.output,#output-area,.cell-output):has(.auralise) .auralise-still{display:none}.auralise-\
keys{
max-width:min(34em,94vw);padding:1.2em 1.5em;border:1px solid var(--line);border-radius:10px;background:var(--paper);color:var(--ink);box-shadow:0 12px 40px rgb\
(0
0 0 / 35%)}.auralise-keys::backdrop{background:rgb(8 4 16 / 35%)}.auralise-keys dl{display:grid;gap:0.5em;margin-bottom:1.1em}.auralise-keys dl div:not([hidden]\
){
display:grid;grid-template-columns:10em 1fr}.auralise-keys .auralise-quiet{margin-bottom:0.9em}.auralise .auralise-keys :is(dt,dd){width:auto}.auralise-keys dt{\

font-weight:600;white-space:nowrap}.auralise-keys dd{color:var(--quiet)}@container auralise (720px <= width < 1240px){.auralise-about:not(:lang(en)){min-height:\
2.95em}}
@container auralise (width < 960px){.auralise-about{min-height:2.95em}.auralise-figures{grid-template-columns:minmax(0,1fr)}.auralise-known{grid-template-column\
s:17em
4.2em minmax(0,1fr)}.auralise-known>span:first-child{grid-column:auto}}@container auralise (960px <= width < 1200px){.auralise-likeness .auralise-known-more{gri\
d-template:1.4em
1.4em / minmax(0,1fr)}.auralise-likeness em{grid-area:2 / 1}}@container auralise (width < 480px){.auralise-axis-title:last-child{display:none}}@container aurali\
se
(720px <= width < 1400px){.auralise-volume input{width:5em}}@container auralise (width < 480px){.auralise-place{display:none}}@container auralise (width < 720px\
){
.auralise-chooser{grid-template-columns:var(--gutter) minmax(0,1fr);row-gap:0}.auralise-facts{grid-column:2;text-align:left;padding-left:0.7em}.auralise-timelin\
e
.auralise-facts{grid-area:calc(var(--row) + 4) / 1 / auto / 3;flex-wrap:wrap;min-height:1.9em;padding-left:0}.auralise-timeline .auralise-facts:has(.auralise-so\
ng-place){
grid-row:6}.auralise-timeline .auralise-facts:has(.auralise-legend){grid-row:7}.auralise-timeline:has(.auralise-legend>.auralise-legend:empty) .auralise-song-wo\
rking{
grid-area:7 / 1 / auto / 3;justify-content:flex-start;min-height:1.9em}.auralise-legend{justify-content:flex-start}.auralise-song-row,.auralise-song-axis,.aural\
ise-song,
.auralise-song-working{margin:0}.auralise-figures{padding-left:0;row-gap:0.2em}.auralise-known{grid-template-columns:4.2em minmax(0,1fr)}.auralise-known>span:fi\
rst-child{
grid-column:1 / -1}.auralise-known:is(.auralise-effect,.auralise-likeness) .auralise-known-more{grid-template:1.4em 1.4em / minmax(0,1fr)}.auralise-known .aural\
ise-known-more>
em{grid-area:2 / 1}.auralise-meter{width:2em}.auralise-classes{column-gap:0.9em}.auralise-classes li{gap:0.35em}.auralise-percent{min-width:0}.auralise-figure{g\
rid-template-columns:3.6em
minmax(0,1fr) 0.7em 2.6em;column-gap:0.4em}.auralise-figure[data-pointed] .auralise-caption{opacity:0}.auralise-said{text-align:left;flex-basis:100%;min-height:\
1.35em;
margin-block:0}.auralise-rest{flex-wrap:wrap;flex-basis:100%}.auralise-facts{justify-content:flex-start}.auralise-fact{white-space:normal}.auralise-concept{padd\
ing-inline:0.7em
0}.auralise-about{grid-column:1 / -1;padding-inline:0;min-height:4.35em}.auralise-knob{box-shadow:none}.auralise-heat-readout{min-height:2.8em}}.auralise-page{m\
argin:0;
color-scheme:light dark;background:light-dark(#f3f1f4,#0f0e12)}.auralise-host,.auralise-words{box-sizing:border-box;max-width:120rem;margin:0 auto;padding:clamp\
(0px,1.5vw,2rem)}
.auralise-words{max-width:46rem;padding:0.6rem 1.2rem;font:400 1.1rem / 1.6 system-ui,"Segoe UI","Helvetica Neue","Liberation Sans",Arial,sans-serif;color:light\
-dark(#1d1b22,#eceaf0);
overflow-wrap:anywhere}.auralise-not-whole{max-width:46rem;margin:0.8rem auto;padding:0.7em 1em;border:1px solid light-dark(#a61b1b,#ffb4ab);border-left-width:5\
px;
border-radius:5px;background:light-dark(#fff1f0,#3b1a1c);color:light-dark(#1d1b22,#eceaf0);font:400 1rem / 1.5 system-ui,"Segoe UI","Helvetica Neue","Liberation\
\\
 Sans",Arial,sans-serif}.auralise-words a{color:light-dark(#98307f,#fc9b74)}.auralise-words :is(h1,h2,h3){line-height:1.25;text-wrap:balance}.auralise-words tab\
le{
border-collapse:collapse;display:block;overflow-x:auto}.auralise-words :is(td,th){padding:0.3em 0.8em;border:1px solid color-mix(in srgb,currentcolor 25%,transp\
arent)}
.auralise-words pre{padding:0.6em 0.9em;border-radius:6px;background:color-mix(in srgb,currentcolor 7%,transparent);white-space:pre-wrap;overflow-wrap:anywhere}\

@keyframes auralise-appear{to{opacity:0.75}}@media(prefers-reduced-motion:reduce){.auralise *,.auralise *::before,.auralise *::after{transition:none!important;a\
nimation-duration:1ms!important}}
@media(forced-colors:active){.auralise{--ink: CanvasText;--paper: Canvas;--quiet: CanvasText;--accent: Highlight;--on-accent: HighlightText;--track: CanvasText;\

--line: CanvasText;--wash: Canvas;--alarm: CanvasText;--alarm-wash: Canvas}.auralise :is(.auralise-box,.auralise-playhead,.auralise-playhead::before,.auralise-c\
ross,
.auralise-shade,.auralise-region,.auralise-handle,.auralise-handle::before,.auralise-bar-mark,.auralise-heat-dead),.auralise-tile.auralise-first::before{forced-\
color-adjust:none}
.auralise :is(.auralise-caption,.auralise-readout,.auralise-status:not(:empty),.auralise-remark:not(:empty)){forced-color-adjust:none;background:Canvas;color:Ca\
nvasText;
text-shadow:none}.auralise .auralise-remark:not(:empty){inset:auto;place-self:center;margin:auto;padding:0 0.6em}.auralise :is(.auralise-caption b,.auralise-til\
e
span){forced-color-adjust:none;background:Canvas;color:CanvasText}.auralise-picture,.auralise-tile,.auralise-error{border:1px solid CanvasText}.auralise-mark{bo\
rder-left-color:Canvas}
.auralise-mark[aria-current]{border-left-color:Highlight;forced-color-adjust:none}.auralise :is(.auralise-plain[aria-pressed=true],.auralise-play,.auralise-enab\
le,
.auralise-knob,.auralise-heat-shown),.auralise-switch input:checked+label,.auralise-heard .auralise-caption b,.auralise-tile[aria-selected=true] span{forced-col\
or-adjust:none;
background:Highlight;color:HighlightText;border-color:Highlight}.auralise .auralise-caption svg{color:CanvasText}.auralise .auralise-knob{background:linear-grad\
ient(Highlight,Highlight)
Canvas}.auralise .auralise-knob.auralise-dead{background:Canvas;color:GrayText;outline:2px solid GrayText}.auralise .auralise-plain{border-color:ButtonBorder}.a\
uralise
.auralise-plain:disabled{opacity:1;color:GrayText;border-color:GrayText}.auralise .auralise-ticks .auralise-faint:not(.auralise-dot){color:GrayText}.auralise-sw\
itch{
border:1px solid ButtonBorder}.auralise-track::before{height:0;border-top:2px solid CanvasText;background:none}.auralise-ticks .auralise-dot{border:3px solid Ca\
nvasText}
.auralise-meter{height:0.7em;border:1px solid CanvasText;background:Canvas}.auralise-meter i{forced-color-adjust:none;background:Highlight}.auralise-kernel,.aur\
alise-bar
canvas{outline:1px solid CanvasText}.auralise .auralise-song .auralise-pane{forced-color-adjust:none;background:none;border:3px solid Highlight;box-shadow:none}\

.auralise .auralise-overview{opacity:1;color:CanvasText}.auralise :is(.auralise-lines,.auralise-swatch){forced-color-adjust:none}.auralise :is(.auralise-song-he\
ad,
.auralise-song-cross,.auralise-song-marks i){forced-color-adjust:none}.auralise-song-row{border:1px solid CanvasText}.auralise-volume input{forced-color-adjust:\
none;
--groove: linear-gradient(90deg, Highlight calc(100% * var(--at, 0.5)), CanvasText 0)}.auralise-silent{border-style:dashed}.auralise-pending .auralise-canvas{op\
acity:0.4}
.auralise-progress{accent-color:auto}}.auralise-unseen{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
`;function dress(el){let root2=el.getRootNode(),place2=root2 instanceof ShadowRoot?root2:document.head;[...place2.querySelectorAll("style.auralise-style")].some(one=>one.
textContent===panel_default)||place2.append(make("style","auralise-style",{},panel_default))}var en_default={and:" and ",or:"or",cancel:"Cancel",close:"Close",dismiss:"Dismiss",stop:"stop",again:"again",interval:"{low} to {high}","range.percent":"{low} \
to {high}",explorer:"Explorer",gone:"Python is not there: run the cell again. What is loaded still plays.",model:"Model",clip:"Clip",choices:"What is heard",files:"\
Sound files","files.add":"Add","files.add.tip":"Add your own sound files","files.drop":"Drop a sound file here, or","files.over":"drop it here","files.busy":"fi\
les are on their way; wait, or cancel","files.reading":"reading {name}: {share}","files.sending":"sending {name}: {share}","files.folder":"{name} is a folder: d\
rop or choose the sound files in it","files.elsewhere":"drop the file on a panel: here, for example","file.gone":"{name} cannot be read any more; choose it agai\
n",record:"Record","record.tip":"Record from the microphone for as long as the network hears at a time","record.stop":"Stop","record.waiting":"waiting for the m\
icrophone","record.going":"recording",loading:"loading {what}…","loading.start":"from {seconds} s",copied:"copied: {code}","copied.lacks":"copied; the link d\
oes not carry {lacks}: {code}","task.classes":"Class probabilities","task.tags":"Most probable tags","task.tempo":"Most probable tempi","task.pitch":"Pitch","ta\
sk.untrained":"{said} of random weights",untrained:"untrained, so by chance:","untrained.tip":"Random weights have learnt no classes: they say much the same of \
every sound","class.tip":"The network gives {name} a probability of {share}","class.was":"was {before}","class.was.tip":"{was} where nothing is muted",none:"non\
e of these","none.tip":"Pale: the largest probability is too small for an answer",play:"Play","play.tip":"Play the row chosen (Space)",pause:"Pause","pause.tip":"\
Pause (Space)",heard:"Heard","sound.enable":"click to enable sound","sound.failed.source":"The sound of the source cannot be decoded by this browser. The pictur\
es are not affected; another browser may play it.","sound.failed.feature":"The sound of feature {feature} cannot be decoded by this browser. The pictures are no\
t affected; another browser may play it.",loop:"Loop","loop.tip":"Repeat the region, or the whole clip (L)","loop.region":"Loop {seconds} s","loop.song":"Off: t\
he song plays on, window after window (L)","loop.start":"Loop start","loop.end":"Loop end",playhead:"Position",volume:"Volume",copy:"Copy the address of this vi\
ew","save.sound":"Save what is heard as WAV","save.picture":"Save the pictures as PNG",take:"Save and share",keys:"Keys","keys.tip":"Keys (?)",more:"More","more\
.tip":"More controls: how features are projected, how pictures and levels are shown, zoom, muting, saving","more.label":"More controls","key.space":"Space","key\
.shift":"Shift","key.home":"Home","keys.play":"play, pause","keys.feature":"feature","keys.interesting":"previous, next interesting feature","keys.layer":"layer",
"keys.mute":"mute this feature, bring it back","keys.mark":"mark this feature, and write what you hear","keys.decks":"listen to the source, or to the feature","\
keys.control":"row C, the same with random weights; away again","keys.loop":"loop","keys.region":"loop from here, to here, all","keys.zoom":"zoom time in, out, \
all","keys.start":"from the start of the clip, or where most is going on","keys.strongest":"the next place in the song where the feature is strongest","keys.wal\
l":"layer wall","keys.home":"to the start","keys.help":"these keys","keys.mouse":"Drag on a picture: seek. Shift + drag, or drag on the time axis: loop region. \
Ctrl + wheel: zoom time; over the frequency axis: zoom frequency.",layer:"Layer","layer.computing":"Computing the layer","layer.stop":"Stop computing the layer",
"layer.facts":"sees {sees} at a time","layer.steps":"a value every {steps}","layer.tip":"One value of a feature is computed from {sees}. A feature has {map} of \
values.","layer.rows":"{count} rows (frequency)","layer.columns":"{count} columns (time)","layer.reported":"By the count that fits the paper's reported figures:\
 {extent}.","layer.verdict":"Layer: {verdict}","sees.all":"the whole picture","sees.whole":"the whole picture","sees.part":"{extent} of the picture","about.laye\
r":"One value of layer {layer} sees a piece of A that is {time}, and {band}.","about.whole":"A value of layer {layer} may see all of A: there is no smaller piec\
e to frame.","about.time.moment":"long enough for an attack but not for a rhythm","about.time.note":"as long as a note or a beat","about.time.notes":"long enoug\
h for a few notes or a short rhythm","about.time.phrase":"long enough for a bar or a phrase","about.band.one":"as high as one or two overtones","about.band.few":"\
as high as a few overtones","about.band.chord":"high enough for a chord","about.band.most":"as high as most of the spectrum","about.band.all":"as high as the pi\
cture","box.layer":"what one value of layer {layer} sees","box.strongest":"where {feature} is strongest","box.source":"what {feature} saw there","kernel.spoken":"\
Kernel, rows from high to low frequency: {values}","kernel.tip":"Kernel: time to the right, frequency up; red lets energy in, blue takes it away.",feature:"Feat\
ure",features:"Features","features.here":"{here} of {all} here","features.all":"{all} features","feature.number":"feature {k}","feature.caption":"feature {featu\
re}, {rule}","feature.spoken.silent":"{k}, silent","feature.spoken.copy":"{k}, a copy of {copied}","feature.previous":"Previous interesting feature (P)","featur\
e.next":"Next interesting feature (N)","feature.silent":"feature {k}: silent for this clip","feature.known":"feature {k}: {energy} % of the layer's energy (mean\
 share {mean} %), like the source {likeness}{against}","feature.against":" (random weights: {control})","feature.uncontrolled":" (no control)","feature.strong":"\
: strong","feature.beyond":": strong and beyond its control","feature.group":"; sparseness {sparseness}; group {group}, with {alike} alike","feature.twin":"; mo\
st like {twin}, r {r}","feature.copy":": a copy, so its energy counts half in the ranking","name.known":"{feature}: {name}, AUC {auc}","name.own":"{feature}: {n\
ame}","name.none":"{feature}: no clear concept","name.known.tip":"Found by dissection: in probes whose content is known, the feature responds more where the con\
cept is present than where it is absent in {percent} of all pairs. A name is given only where that is beyond chance, and beyond 99 % of networks with random wei\
ghts.","name.own.tip":"A name from the table that this panel was given","name.none.tip":"Dissection: none of the concepts that were looked for stands out from c\
hance and from networks with random weights.",silent:"silent","silent.here":"silent here","silent.clip":"silent for this clip","silent.song":"silent in the whol\
e song","rank.by":`place {rank} of {count},
by {by}`,"rank.energy":`place {rank} of {count},
by energy`,"rank.none":`place {rank} of {count},
none stands out`,"rank.one":`place {rank} of {count},
{first} stands out`,"rank.many":`place {rank} of {count},
{first} stand out`,source:"source","source.of":"source: {clip}","row.feature":"feature","row.late":"computing","spectrogram.source":"Spectrogram {deck}, source,\
 {seconds} s, {low} to {high}","spectrogram.feature":"Spectrogram {deck}, feature, {seconds} s, {low} to {high}","axis.frequency":"Frequency","axis.time":"Time",
"axis.frequency.tip":"Ctrl + wheel zooms frequency","axis.time.tip":"Drag here: a loop region","axis.level.tip":"level in dB, relative to the peak of the source",
known:"What is known of this feature",effect:"effect of muting it","effect.on":"muting it changes {name} by","effect.likeliest":"muting it changes the likeliest\
 class, {name}, by","effect.none":"none","effect.none.tip":"No effect: {why}.","effect.maybe":"may be none","effect.for":"speaks for it","effect.against":"speak\
s against it","effect.muted":"muted","effect.muted.tip":"Feature {k} is muted already: muting it changes nothing more. {tip}","effect.coming":"being computed","\
effect.absent":"not in this page","effect.interval":"{low} to {high}, {windows} windows","effect.one":"one window, no interval","effect.known.tip":"Muting featu\
re {k} changes the logit of {name} by {mean} in the mean over {windows} windows spread over the clip (95 % interval by the bootstrap over them: {low} to {high})\
, by {here} in the window shown. {tip}","effect.one.tip":"Muting feature {k} changes the logit of {name} by {mean} in the window shown; one window says nothing \
of others, so there is no interval. {tip}","effect.tip":"Effect: how much the score of the class that the network predicts (its logit) changes when this feature\
 alone is muted, its map set to the value of silence. Below 0 the feature speaks for the class, above 0 against it.",likeness:"like the source","likeness.of":"l\
ike the source: {deck}","likeness.below":"▾ less than an untrained network","likeness.same":"no more than an untrained network","likeness.above":"▴ more than \
an untrained network","likeness.tip":"Likeness: the correlation (magnitude of Pearson's r) of what is seen in row B, the rectified projection, with the source's\
 picture. The interval, 95 %, comes from drawing 16 stretches of time anew (block bootstrap): it holds for this window, not for other clips.","likeness.less":"\
This feature is less like the source than the mean of random weights.","likeness.more":"This feature is more like the source than the mean of random weights.","\
likeness.inside":"It lies inside the range of eight in ten of them.","likeness.outside":"It lies outside the range of eight in ten of them.",control:"an untrain\
ed network (random weights)","control.none":"none","control.none.tip":"no control: {why}","control.known.tip":"Control: the likeness to the source of the featur\
es of this layer in a network of the same architecture with random weights: their mean, and between which values eight in ten of them lie (10 to 90 %). What any\
 network gives is no finding.","control.name":"random weights","control.tip":"The same layer and the feature of the same number, in the same network with random\
 weights{seed}. In random weights a number means nothing: this feature has nothing to do with that of row B. It is one draw of many. Key C brings it and hears i\
t, Shift + C takes it away.","control.seed":" (seed {seed})","control.coming":"bringing row C: the same network with random weights…","control.absent":"this p\
age was written without row C, the network with random weights; pages written with --live have it","control.refused":"no row C: {why}","control.leave":"Take row\
 C away","control.leave.tip":"Take row C away (Shift + C)",wall:"Wall","wall.tip":"Layer wall: all features of the layer (W)","wall.label":"Layer wall","wall.or\
der":"Order","wall.interest":"interesting first","wall.similar":"alike together","wall.by":"by {by}","wall.scale":"colours as in B","wall.scale.tip":"The same l\
evels as in row B, relative to the peak of the source; of each small block the loudest is drawn, so that thin lines stay","wall.only":"Show","wall.only.tip":"Fe\
atures that a dissection has a name for","wall.only.all":"all {count}","wall.only.named":"with a name","wall.only.some":"{name} ({count})","wall.waits":"the wal\
l fills when the layer is computed","wall.known":"layer {layer}: {here} of {all} respond to this clip; groups that correlate by {alike} or more: {groups}. {verd\
ict}","wall.filling":"layer {layer}: {here} of {all} features are computed","wall.ranking":"layer {layer}: {here} of {all} features are computed; they are ranke\
d when the same network with random weights is computed, too",sort:"Sort by","sort.number":"number",rule:"Rule","rule.tip":"what ReLU does on the way back: deco\
nvnet is the paper's",resynthesis:"Resynthesis","resynthesis.tip":"phase: the paper's; mask: the authors' 2015 code",position:"Activations","position.tip":"proj\
ect the feature's whole map, or its strongest position only",order:"Ranking","order.tip":"which features come first, for P and N, the wall and the ranks: the mo\
st interesting, or those that speak most for the class that the network predicts","order.interest":"interest","order.effect":"effect on {name}",level:"Level","l\
evel.tip":"matched: every feature is as loud as the source; raw: as loud as it is","level.matched":"matched","level.raw":"raw","level.not":"level not matched  ·\
  {note}","level.own":"raw level, {gain} to matched","level.gain":"level matched, {gain}","level.limited":"level matched, {gain} ({limited} dB held back)","lev\
el.scale":"peak of the projection matched to the peak of the source","level.loudness":"then brought to the same loudness as the source (ITU-R BS.1770)","level.h\
eld":"held back: with it the peak would be above 0.99 and clip","level.picture":"the picture's peak, not the sound, brought to the source's",scale:"Axis","scale\
.tip":"frequency axis","scale.linear":"linear","scale.log":"log","scale.mel":"mel",range:"Range","range.tip":"what the colours span, relative to the peak of the\
 source",colours:"Colours",zoom:"Zoom","zoom.time":"Time","zoom.frequency":"Freq.","zoom.time.out":"Zoom time out","zoom.time.in":"Zoom time in","zoom.frequency\
.out":"Zoom frequency out","zoom.frequency.in":"Zoom frequency in","zoom.all":"all","zoom.all.tip":"Show the whole picture",mute:"Mute","mute.tip":"Take this fe\
ature out of the network, or bring it back (M)",muted:"muted:","muted.label":"Muted","muted.all":"clear all","muted.all.tip":"Bring everything back","muted.back":"\
Bring {label} back","muted.at":" at {gain}","caption.muted":", muted","caption.gain":", at {gain}",gain:"Gain of {label}","gain.change":"Change the gain of {lab\
el}","gain.feature":"feature {feature}: change its gain",part:"Mute part","part.tip":"Take a band or a stretch of time out of the source: drag on a picture, or \
give numbers","part.low":"Lowest frequency, Hz","part.high":"Highest frequency, Hz","part.from":"Beginning, s","part.to":"End, s","part.between":" to ","part.bo\
th":"{band} from {stretch}","part.mute":"Mute this part","part.drag":"or drag on a picture: tall takes out a time, wide a band","part.draw":"draw a rectangle","\
part.ends":"give both ends of a band, and both ends of a time","part.nothing":"give a band, a time, or both","part.order":"the second number must be above the f\
irst, within what is shown","marks.label":"Marked features","marks.mark":"Mark","marks.mark.tip":"Mark this feature, and write what you hear (K)","marks.count":"\
Marks: {count}","marks.open.tip":"Show or hide the list of marked features","marks.words":"Your words about feature {feature}","marks.placeholder":"what do you \
hear?","marks.go":"Go to feature {feature}: {where}","marks.from":"from {seconds} s","marks.remove":"Remove the mark of feature {feature}","marks.student":"Your\
 name (optional)","marks.json":"Save as JSON","marks.json.tip":"Save the list as a file that a panel loads, and that a teacher merges with others","marks.csv":"\
Save as CSV","marks.csv.tip":"Save the list as a table for a spreadsheet","marks.load":"Load","marks.load.tip":"Add the marks of a list that was saved as JSON",
"marks.clear":"Remove all","marks.clear.tip":"Remove all marks","marks.undo":"Undo","marks.undone":"as it was before","marks.marked":"feature {feature} is marke\
d","marks.removed":"removed: the mark of feature {feature}","marks.cleared":"all marks are removed","marks.saved":"saved: {name}","marks.loaded":"{name}: {added\
} added, {there} there already.","marks.loaded.absent":"Not in this page, but kept in the list: {count}.","marks.absent":"not in this page","marks.absent.featur\
e":"This page does not hold feature {feature}.","marks.absent.clip":"This page does not hold the clip {clip}; the feature is shown on another.","marks.absent.wi\
ndow":"This page does not hold that part of the clip.","marks.untrained":"Random weights are shown: a feature's number means nothing there, so it is not marked.",
"marks.full":"A list has at most {most} marks: save it, and remove some.","marks.kept":"Kept in this browser until removed, for whoever uses it. Save the list t\
o hand it in.","marks.unkept":"Kept only while this page is open: save the list before you close it.","marks.notebook":"In Python the list is panel.marks.","mar\
ks.bad":"{name} is no list of marks; choose a file that a panel saved as JSON","marks.bad.json":"{name} is not JSON, or was cut off; choose a file that a panel \
saved as JSON","marks.bad.large":"{name} has more than 1 MB, and a list of marks less","marks.bad.many":"{name} has more than {most} marks","marks.bad.mark":"{n\
ame}, mark {number}: {field} is not legal","marks.bad.model":"{name} has marks of the model {model}; this panel has {here}","marks.bad.weights":"{name} has mark\
s of a {model} with other weights than this panel's","merged.title":"{model}: {features} marked by {students}","merged.feature":"{count} feature","merged.featur\
es":"{count} features","merged.student":"{count} student","merged.students":"{count} students","merged.words":"words (students)","merged.dissection":"dissection",
"merged.marked":"marked","merged.wrote":"wrote","merged.agree":"agree","merged.agree.means":"agree: share of those who wrote that wrote the most common words la\
st.","merged.alpha":"Agreement of all wordings, corrected for chance: Krippendorff's alpha {alpha} over {features} that two or more described (1: all agree, 0: \
no more than by chance).","merged.alpha.same":"No agreement corrected for chance: all wordings are the same, so that chance cannot be told from agreement.","mer\
ged.alpha.none":"No agreement corrected for chance: no feature was described by two or more.","merged.free":"Free words agree seldom: what means the same in oth\
er words counts as another wording. Read the words.","merged.undissected":"not dissected","merged.nearest":"{name} (nearest: {concept}, AUC {auc})","merged.who":"\
Students","merged.left":"Left out",attributes:"Attributes","heat.computing":"Computing the heat map","heat.stop":"Stop computing the heat map","heat.ask":"compu\
te","heat.ask.tip":"Compute the heat map","heat.legend":"mean of Pearson's r; below 0 as 0","heat.none":"no answer","heat.missing":"not computed","heat.label":"\
Pearson's r of {features} maps under {names}","heat.mean":"mean of layer {layer}:","heat.control":"random weights:","heat.control.tip":"the same network with ra\
ndom weights: what any network gives is no finding","heat.probes":"the probes' own pictures:","heat.cell":"feature {k}, {name}","heat.cell.none":"feature {k}, {\
name}: no answer to compare","heat.cell.known":"feature {k}, {name}: r = {mean}, 95 % interval {interval}, {pairs} pairs","heat.cell.absent":" (its picture is n\
ot in this page)","heat.row":"feature {k}:  {cells}","heat.explained":"Pearson's r, by activation: {probes} probes ({engine}), two at a time that differ in one \
attribute alone; mean over such pairs, in brackets its 95 % interval. Near 1, the feature's map stays the same when the attribute changes; near 0, it becomes qu\
ite another.",start:"Start",activity:"Activity",strongest:"strongest (T)","strongest.tip":"The next place where the feature is strongest (T)",places:"{count} pl\
aces","place.of":"{at} of {count}, {seconds} s","classes.song":"Classes over the song","classes.others":"{count} others","class.hear":"hear where","class.hear.t\
ip":"Play the windows in a row that carry this class most","class.hear.named.tip":"Which part makes it {name}? Play the windows in a row that carry it most","cl\
ass.alone.tip":"{name} alone: which part makes it {name}?","tempo.range":"{low} to {high} BPM, median {median}","song.classes":"Classes","song.tags":"Tags","son\
g.tempo":"Tempo","song.chance":", by chance","song.window":"{here} window here","song.windows":"{here} windows here","song.windows.tip":"This page has no Pytho\
n behind it: of the song it holds these windows, and goes to the nearest","song.heard":"{from} to {to} of {duration} s","song.next":"{heard}; next from {seconds\
} s","song.begin":"from 0 s (S)","song.begin.tip":"From the beginning of the clip, key S","song.busiest":"busiest (S)","song.busiest.tip":"Where most is going o\
n: {seconds} s, key S","song.here":"here from","song.hop":"a window every {seconds} s","song.hearing":"Hearing the song","song.hear":"hear","song.hear.tip":"Hea\
r the whole song","song.hear.all":"hear the whole song","song.hear.minutes":"hear the whole song, {minutes} min","song.hear.long.tip":"Hear the whole song, wind\
ow by window","song.stop.tip":"Stop hearing the song","song.after":"{words}, after this layer","readout.window":" (window {from} to {to} s)","readout.tempo":"te\
mpo {bpm} BPM","readout.activity":"activity of {feature}: {activity}","readout.peak":", {share} of its peak here","page.window":"this page does not hold that wi\
ndow","page.source":"The source in this page cannot be read: {why}","page.song":"The time line in this page cannot be read: {why}","page.feature":"Feature {feat\
ure} in this page cannot be read: {why}","page.unread":"The window from {seconds} s in this page cannot be read: {why}","page.computes":"this page holds nothing\
 that computes","page.panel":"This panel cannot be shown: {why}.","page.noscript":"This page needs JavaScript to draw the spectrograms and to play.",still:"{tit\
le}: {kind}. Run the cell for the panel.","still.picture":"a still","still.alone":"a still that plays, {kb} kB","still.other":"a still that plays with {count} o\
ther feature of the layer, {kb} kB","still.others":"a still that plays with {count} other features of the layer, {kb} kB","still.large":"a still; one that plays\
 would take {kb} kB, which {code} allows","still.frames":"This viewer shows no frames: in JupyterLab, trust the notebook for a page that plays.","still.alt":"sp\
ectrograms of source and feature: {title}","demo.title":"Hear what a feature keeps","demo.text":"A is the music, B is what feature {feature} kept of it. Press *\
Play*, then drag *Feature*. The method: {paper}","from.padded":"the clip has {has} s here; padded with silence to {length} s","from.opened":"opened at {seconds}\
 s, where most is going on","from.opened.within":"opened at {seconds} s, where most is going on in the first {minutes} minutes","from.no_control":"no control: {\
why}","from.lost":"not muted here, so brought back: {what}","from.mute_classes":"this network gives no classes: muting changes pictures and sounds of the layers\
 above","from.verdict.no_control":"No control: {why}; ranked by energy.","from.verdict.energy":"No control: ranked by energy.","from.verdict.none":"No feature h\
as {share} of the energy or more and is less like the source than random weights ({control}): ranked by energy.","from.verdict.one":"1 feature has {share} of th\
e energy or more and is less like the source than random weights ({control}): first in the ranking.","from.verdict.many":"{count} features have {share} of the e\
nergy or more and are less like the source than random weights ({control}): first in the ranking.","from.name.onsets":"onset detector","from.name.sustained":"su\
stained-partial detector","from.name.bass":"bass selector","from.name.melody":"melody selector","from.name.kick":"kick detector","from.name.snare":"snare detect\
or","from.name.hat":"hi-hat detector","from.name.harmonic":"harmonic-sound selector","from.name.percussive":"percussive-sound selector","from.name.brightness":"\
brightness selector","from.name.noise":"noise-texture selector","from.name.silence":"silence detector","from.name.pitch":"pitch-class {pitch} selector","from.si\
lent":"feature {feature} is silent for this clip","from.silent.clip":"silent for this clip","from.short":"shorter than {seconds} s, too short to measure loudnes\
s: level not matched","from.silent.level":"{which} is silent: level not matched","from.silent.source":"the source","from.silent.sound":"the sound","from.strong":"\
{feature} strong","from.most":"most {name}, {share}","from.none":"The largest probability, {low} %, is below {high} %: the model knows {names}, and this sounds \
like none of them.","from.effects.pitch":"this network gives a pitch, no class whose score could change","from.effects.tempo":"this network gives a tempo, whose\
 neighbouring classes say much the same","from.effects.classes":"this network gives no classes, so no score that could change","from.control.untrained":"the net\
work shown has random weights itself; choose the trained network","from.control.none":"the function captures no array that the picture is convolved with or mult\
iplied by, so there is no network of fresh weights to compare it with","from.control.same":"a {network} draws the same weights for every seed","from.control.ali\
ke":"the networks of {count} seeds were all like it: its largest array of weights has {numbers}","from.control.numbers":"{count} numbers","from.no_row":"no row \
C: {why}","from.no_call":"No line of code opens this: {why}","from.no_call.upload":"{name} was uploaded in the panel, and Python does not know its path: open it\
 by path","from.no_call.clip":"the clip is not a file: clip.save(path) writes it, then open that path","from.no_call.model":"the model is not a file: {way}","fr\
om.no_call.save":"aj.save_model(model, path) writes it, then open that path","from.no_call.code":"its network cannot be saved, so the code that makes the model \
must run first","from.no_call.paths":"This page does not say where its files are: open your own","from.voiced":"voiced, median {hz} Hz","from.all":"all","from.s\
trongest":"strongest","from.phase":"phase","from.mask":"mask","from.grey":"grey","from.probing":"Probing","from.instrument":"Instrument","from.key":"Key","from.\
chord":"Chord","from.probe.sine":"sine","from.probe.piano":"piano","from.probe.acoustic":"acoustic guitar","from.probe.electric":"electric guitar","from.probe.s\
axophone":"saxophone","from.probe.strings":"strings","from.probe.intervals":"intervals","from.probe.major":"major","from.probe.minor":"minor","from.probe.major7":"\
major7","from.probe.dominant7":"dominant7","from.probe.minor7":"minor7","from.probe.diminished7":"diminished7","from.starting":"starting the network…","from.l\
istening":"listening to {clip}","from.listening.random":"listening with random weights","from.hearing":"hearing the song: {seconds} of {duration} s","from.heari\
ng.muted":"hearing the song, muted: {seconds} of {duration} s","from.hearing.waits":"waiting to hear the song","from.compiling":"compiling layer {layer}, {rule}\
 rule","from.random":"{model}, random weights","from.random.alone":"random weights","from.probes":"playing {count} probes","from.probe":"playing {what}","from.p\
robes.compare":"comparing layer {layer}","from.probes.random":"random weights, layer {layer}","from.waiting":"waiting","from.file.browser":"{name} cannot be dec\
oded by this browser: it may be cut off, damaged, protected, or coded in a way that the browser does not know; expected WAV, FLAC, Ogg, MP3 or M4A: save it as W\
AV","from.file.unknown":"{name} is not a sound file that this browser can read; expected WAV, FLAC, Ogg, MP3 or M4A: save it as WAV","from.file.picture":"{name}\
 is a picture, not a sound file; choose WAV, FLAC, Ogg, MP3 or M4A","from.file.text":"{name} is text, not a sound file; choose WAV, FLAC, Ogg, MP3 or M4A","from\
.file.pdf":"{name} is a PDF, not a sound file; choose WAV, FLAC, Ogg, MP3 or M4A","from.file.midi":"{name} is MIDI: notes, not sound; render it to WAV first","f\
rom.file.empty":"{name} holds nothing; a sound file must not be empty","from.file.none":"{name} holds no sample: its length is zero","from.file.cut":"{name} is \
cut off: {finding}; download or copy it again","from.file.cut.reason":"{name} is cut off{reason}: {finding}; download or copy it again","from.file.damaged":" or\
 damaged ({said})","from.file.partly":"{name} is not quite whole: {finding}","from.file.undecoded":"{finding}, and this browser cannot decode what there is","fr\
om.file.promises":"its header promises {promised} s, but the sound ends at {end} s","from.file.about":"about {seconds}","from.file.ends":"{finding}; the sound e\
nds at {end} s","from.file.frame":"it ends inside a frame","from.file.page":"its last page is not marked as the last","from.file.bytes":"its last {count} bytes \
are not sound","from.file.size":"it should have {promised}, but has {size}","from.file.rate":"{name}: its sampling rate is {rate} Hz; a sound file needs {low} H\
z or more","from.file.rates":"{name}: its sampling rate is {rate} Hz; a sound file needs {low} to {high} Hz","from.file.finite":"{name}: samples must be finite,\
 but sample {number} ({seconds} s) is {value}; repair or cut it out first","from.file.unread":"{name} is not a sound file that can be read here ({said}); expect\
ed WAV, FLAC, Ogg or MP3, {advice}","from.file.ffmpeg":"or another format that FFmpeg reads","from.file.install":"or install FFmpeg, which reads more formats","\
from.file.large":"{name}: {size} MB; a file may have up to {most} MB. Load a long file in Python: aj.load_clip(path, duration=...)","from.file.large.page":"{nam\
e}: {size} MB; a file of its kind may have up to {most} MB in a page. Save the part that you want as WAV or MP3","from.file.long":"{name} is {length} long, and \
a page keeps the first {most} only of files that it can cut, which this kind is not; save the part that you want as WAV or MP3","from.file.track":"{name} holds \
no sound track; choose a file with sound","from.file.protected":"{name} is protected against copying, so no other program can decode it; choose a copy without p\
rotection","from.file.windows":"{name} is Windows Media, which browsers do not decode; save it as WAV or MP3","from.file.web":"{name} is a web page, not a sound\
 file; choose WAV, FLAC, Ogg, MP3 or M4A","from.file.memory":"{name}: there is not enough memory for it here; close other tabs, or choose a shorter file","from.\
file.gone":"{name} cannot be read any more; choose it again. Of a folder, choose the sound files in it","from.file.busy":"{name}: only {count} files can be on t\
heir way at once; wait until another has arrived, then choose this file again","from.file.piece":"{name}: a piece of it does not fit; please choose the file aga\
in","from.file.disk":"{name} cannot be kept on disk while it arrives: {why}; make room for temporary files where Python runs, then choose the file again","from.\
file.first":"of {name} the first {length} are kept","from.minutes":"{count} minutes","from.microphone.refused":"The microphone was not allowed: allow it in the \
browser's settings for this page (often beside the address), then record again","from.microphone.none":"No microphone was found: connect one, then record again",
"from.microphone.silent":"The microphone gave silence: it may be muted or switched off; switch it on, then record again","from.microphone.busy":"The microphone \
cannot be used now: another program may hold it; close that, then record again","from.microphone.other":"No microphone was found that can record here: connect a\
nother, then record again","from.microphone.gone":"The microphone is gone: connect it again, then record again","from.microphone.http":"This page may not use th\
e microphone, since it came over http: open it from disk, or from an address that begins with https. A sound file can be added instead","from.microphone.browser":"\
This browser gives a page no microphone: open the page in another browser. A sound file can be added instead","from.microphone.failed":"The microphone cannot be\
 used: {why}","from.microphone.code":"This browser cannot decode what it recorded: record with another program, and add the file","from.engine.stays":"{what} Wh\
at is shown here still plays.","from.engine.elsewhere":"{what} A current Chrome, Edge, Firefox or Safari can compute in this page.","from.engine.forbidden":"Thi\
s browser lets no page start a worker of its own, and the network needs one.","from.engine.workers":"This browser starts no workers, and the network needs one.",
"from.engine.gzip":"This browser cannot unpack gzip, and the network is packed so.","from.engine.wasm":"This browser runs no WebAssembly, or was set to run none\
, and the network needs it.","from.engine.simd":"This browser's WebAssembly has no SIMD instructions, and the network needs them.","from.engine.stopped":"The ne\
twork in this page stopped: {why}. Load the page again; where that does not help, close other tabs, which take memory.","from.engine.died":"its worker died","fr\
om.engine.failed":"The network in this page did not start: {why}. Load the page again, or open it in another browser.","from.not_whole":"This page is not whole:\
 it was cut off when it was saved, sent or loaded. Load it again, or copy it again from where it came from."};var table=en_default,decimal=".",foreign=null;function speak(language,words2){table=words2,decimal=new Intl.NumberFormat(language).formatToParts(.5).find(({type})=>type===
"decimal")?.value??".",foreign=Object.entries(en_default).filter(([key])=>key.startsWith("from.")).map(([key,sentence])=>[key,patternOf(sentence)])}var patternOf=sentence=>new RegExp(
`^${sentence.replace(/[.*+?^$()|[\]\\]/g,"\\$&").replace(/\s/g,"\\s").replace(/\{(\w+)\}/g,"(?<$1>.+?)")}$`);function translated(sentence){for(let[key,pattern]of foreign??
[]){let found=pattern.exec(sentence);if(!found)continue;let values=Object.entries(found.groups??{}).map(([name,value])=>[name,inside(name,value)]);return word(key,
Object.fromEntries(values))}return sentence}function inside(name,value){return name==="names"?value.replace(/ and (?=[^,]*$)/,word("and")):/^\d+\.\d+(\s%)?$/.test(
value)?local(value):translated(value)}var word=(key,values={})=>table[key].replace(/\{(\w+)\}/g,(_,name)=>`${values[name]}`),local=number=>`${number}`.replace("\
.",decimal),fixed=(number,digits)=>local(number.toFixed(digits));var EDGE=12,keys=()=>[[word("key.space"),word("keys.play")],["←  →",word("keys.feature")],["P   N",word("keys.interesting")],[`${word("key.shift")} + ←  →`,
word("keys.layer"),"layers"],["M",word("keys.mute"),"mute"],["K",word("keys.mark"),"marks"],["A   B",word("keys.decks"),"decks"],[`C   ${word("key.shift")} + C`,
word("keys.control"),"control"],["L",word("keys.loop")],[`I   O   X   ${word("or")}   [   ]   \\`,word("keys.region")],["+   −   0",word("keys.zoom")],["S",word(
"keys.start"),"places"],["T",word("keys.strongest"),"places"],["W",word("keys.wall")],[word("key.home"),word("keys.home")],["?",word("keys.help")]];function keyList(){
let rows=keys().map(([names,what,needs=""])=>make("div","",{"data-needs":needs},make("dt","",{},names),make("dd","",{},what))),close=make("button","auralise-pla\
in",{type:"button"},word("close")),mouse=make("p","auralise-quiet",{},word("keys.mouse")),dialog=make("dialog","auralise-keys",{"aria-label":word("keys")},make(
"dl","",{},...rows),mouse,close);return close.addEventListener("click",()=>dialog.close()),dialog}function openKeys(dialog){dialog.style.removeProperty("margin-\
top"),dialog.showModal(),!(innerHeight<=screen.height)&&new IntersectionObserver(([{intersectionRect:seen}],observer)=>{observer.disconnect(),dialog.style.marginTop=
`${seen.top+Math.max(EDGE,(seen.height-dialog.offsetHeight)/2)}px`}).observe(document.documentElement)}function showKeys(dialog,decks,there){let rows=needs=>[...dialog.
querySelectorAll(`[data-needs=${needs}]`)];for(let needs of["layers","places","control","mute","marks"])for(let row of rows(needs))row.hidden=!there[needs];rows(
"decks")[0].children[0].textContent=decks.map(deck=>deck.toUpperCase()).join("   ")}var Choices=class{#made="";#selects=new Map;#id;#chosen;constructor(id,chosen){this.root=make("span","auralise-choices",{role:"group","aria-label":word("choices"),
hidden:!0}),this.#id=id,this.#chosen=chosen}set(choices){let made=JSON.stringify(choices.map(({trait,options})=>[trait,options]));if(made===this.#made)return;this.#made=
made,this.#selects.clear();let all=choices.map(({trait,label:label2,options})=>{let one=labelledSelect(translated(label2),`${this.#id}-${trait}`,options.map(name=>[
name,translated(name)]),value=>this.#chosen(trait,value));return this.#selects.set(trait,one.select),one.root});this.root.replaceChildren(...all),this.root.hidden=
!choices.length}show(asked){for(let[trait,select]of this.#selects)select.value=`${asked(trait)??""}`}};var SAID={classes:"task.classes",tags:"task.tags",tempo:"task.tempo",pitch:"task.pitch"},FILES="audio/*,.wav,.flac,.ogg,.mp3,.m4a,.aac,.aif,.aiff";function titleLine(id,chosen){
let text2=make("p","auralise-title"),model=labelledSelect(word("model"),`${id}-model`,[],value=>chosen("model",value)),clip=labelledSelect(word("clip"),`${id}-c\
lip`,[],value=>chosen("clip",value)),choices=new Choices(id,chosen),files=make("input","",{type:"file",multiple:!0,hidden:!0,accept:FILES,"aria-label":word("fil\
es"),tabindex:"-1"}),upload2=button(word("files.add.tip"),{picture:"upload",text:word("files.add"),hidden:!0}),record2=button(word("record.tip"),{picture:"recor\
d",text:word("record"),className:"auralise-record",hidden:!0}),place2=make("span","auralise-place",{hidden:!0},word("files.drop")),own=make("span","auralise-own",
{},place2,upload2,record2,files),classes=make("ul","auralise-classes",{"aria-label":word("task.classes")}),named=make("div","auralise-named",{},text2,choices.root,
model.root,clip.root,own);return{root:make("div","auralise-header",{},named,classes),text:text2,model,clip,choices,files,upload:upload2,record:record2,place:place2,
own,classes}}function showTitle(line,facts,{records=!1,page:page3=!1}={}){let several=facts.takes.filter(({control})=>!control).length>1,{model,clip}=facts.takes[0],
choice=names=>optionsOf(facts.live?names:[]);line.model.fill(choice(facts.models).map(([name])=>[name,translated(name)])),line.clip.fill(choice(facts.clips)),line.
choices.set(facts.live&&facts.choices||[]);let words2=[make("span","",{},translated(model)),...line.choices.root.hidden?[" / ",make("strong","",{},clip)]:[]];line.
text.replaceChildren(...several?[make("strong","",{},facts.title??"")]:words2);let choosing=facts.live&&((facts.clips?.length??0)>1||(facts.models?.length??0)>1);
line.text.hidden=choosing,line.upload.hidden=!(choosing||page3),line.record.hidden=!records||!facts.clips,line.place.hidden=!page3,line.own.classList.toggle("au\
ralise-open",page3),showClasses(line.classes,several?null:facts.takes[0])}function classBar([said,share],before,isPitch){let name=isPitch?translated(said):said,
fill=make("i");fill.style.width=`${100*share}%`;let meter=make("span","auralise-meter",{"aria-hidden":"true"},fill),bar=make("li","",{},make("span","",{},name),
meter,make("span","auralise-percent",{},`${Math.round(100*share)} %`));if(bar.title=word("class.tip",{name,share:`${Math.round(100*share)} %`}),!before)return bar;
let ghost=make("b");ghost.style.width=`${100*before[1]}%`,meter.append(ghost);let was=word("class.was",{before:`${before[0]===said?"":`${isPitch?translated(before[0]):
before[0]}, `}${Math.round(100*before[1])} %`});return bar.title=word("class.was.tip",{was}),bar.append(make("span","auralise-unseen",{},`, ${was}`)),bar}function showClasses(list,take){
let classes=(take?.classes??[]).map((one,i)=>classBar(one,take?.unmuted?.[i],take?.task==="pitch")),untrained=take?.untrained,none2=translated(take?.none??"");none2&&
classes.unshift(make("li","auralise-answer",{title:none2},word("none"),make("span","auralise-unseen",{},`. ${none2}`))),untrained&&classes.length&&classes.unshift(
make("li","",{},word("untrained"))),list.classList.toggle("auralise-untrained",!!untrained),list.classList.toggle("auralise-none",!!none2);let said=word(SAID[take?.
task??"classes"]);list.setAttribute("aria-label",untrained?word("task.untrained",{said}):said),list.title=untrained?word("untrained.tip"):"",list.replaceChildren(
...classes),list.hidden=!classes.length}function transport(id){let play=make("button","auralise-play",{type:"button","aria-label":word("play"),title:word("play.tip")},icon("play"),icon("pause")),time=make(
"span","auralise-time"),heard=make("div","auralise-switch",{role:"radiogroup","aria-label":word("heard")}),leave=button(word("control.leave.tip"),{text:"×",className:"\
auralise-leave","aria-label":word("control.leave")}),loopText=document.createTextNode(word("loop")),loop=make("button","auralise-plain auralise-loop",{type:"but\
ton","aria-pressed":"true"},icon("loop"),loopText),volume=make("input","",{type:"range",min:"0",max:"1",step:"0.01",value:"0.5","aria-label":word("volume")}),volumes=make(
"span","auralise-volume",{title:word("volume")},icon("volume"),volume),level=make("span","auralise-level"),wall=button(word("wall.tip"),{picture:"wall",text:word(
"wall"),"aria-pressed":"false"}),more=button(word("more.tip"),{text:word("more"),className:"auralise-more","aria-expanded":"false","aria-controls":`${id}-more`}),
help=button(word("keys.tip"),{text:"?",className:"auralise-help","aria-label":word("keys")}),doors=make("span","auralise-doors",{},wall,more,help),rest=make("sp\
an","auralise-rest",{},make("span","auralise-said",{},level),doors);return{root:make("div","auralise-row",{},play,time,heard,loop,volumes,rest),play,time,heard,
leave,loop,loopText,volume,level,wall,more,help}}var MAPS={magma:"000004 010005 010106 010108 020109 02020b 02020d 03030f 030312 040414 050416 060518 06051a 07061c 08071e 090720 0a0822 0b0924 0c0926 0d0a29 0e0\
b2b 100b2d 110c2f 120d31 130d34 140e36 150e38 160f3b 180f3d 19103f 1a1042 1c1044 1d1147 1e1149 20114b 21114e 221150 241253 251255 271258 29115a 2a115c 2c115f 2d\
1161 2f1163 311165 331067 341069 36106b 38106c 390f6e 3b0f70 3d0f71 3f0f72 400f74 420f75 440f76 451077 471078 491078 4a1079 4c117a 4e117b 4f127b 51127c 52137c 5\
4137d 56147d 57157e 59157e 5a167e 5c167f 5d177f 5f187f 601880 621980 641a80 651a80 671b80 681c81 6a1c81 6b1d81 6d1d81 6e1e81 701f81 721f81 732081 752181 762181 \
782281 792282 7b2382 7c2382 7e2482 802582 812581 832681 842681 862781 882781 892881 8b2981 8c2981 8e2a81 902a81 912b81 932b80 942c80 962c80 982d80 992d80 9b2e7f\
 9c2e7f 9e2f7f a02f7f a1307e a3307e a5317e a6317d a8327d aa337d ab337c ad347c ae347b b0357b b2357b b3367a b5367a b73779 b83779 ba3878 bc3978 bd3977 bf3a77 c03a7\
6 c23b75 c43c75 c53c74 c73d73 c83e73 ca3e72 cc3f71 cd4071 cf4070 d0416f d2426f d3436e d5446d d6456c d8456c d9466b db476a dc4869 de4968 df4a68 e04c67 e24d66 e34e\
65 e44f64 e55064 e75263 e85362 e95462 ea5661 eb5760 ec5860 ed5a5f ee5b5e ef5d5e f05f5e f1605d f2625d f2645c f3655c f4675c f4695c f56b5c f66c5c f66e5c f7705c f77\
25c f8745c f8765c f9785d f9795d f97b5d fa7d5e fa7f5e fa815f fb835f fb8560 fb8761 fc8961 fc8a62 fc8c63 fc8e64 fc9065 fd9266 fd9467 fd9668 fd9869 fd9a6a fd9b6b fe\
9d6c fe9f6d fea16e fea36f fea571 fea772 fea973 feaa74 feac76 feae77 feb078 feb27a feb47b feb67c feb77e feb97f febb81 febd82 febf84 fec185 fec287 fec488 fec68a f\
ec88c feca8d fecc8f fecd90 fecf92 fed194 fed395 fed597 fed799 fed89a fdda9c fddc9e fddea0 fde0a1 fde2a3 fde3a5 fde5a7 fde7a9 fde9aa fdebac fcecae fceeb0 fcf0b2 \
fcf2b4 fcf4b6 fcf6b8 fcf7b9 fcf9bb fcfbbd fcfdbf",viridis:"440154 440256 450457 450559 46075a 46085c 460a5d 460b5e 470d60 470e61 471063 471164 471365 481467 481\
668 481769 48186a 481a6c 481b6d 481c6e 481d6f 481f70 482071 482173 482374 482475 482576 482677 482878 482979 472a7a 472c7a 472d7b 472e7c 472f7d 46307e 46327e 46\
337f 463480 453581 453781 453882 443983 443a83 443b84 433d84 433e85 423f85 424086 424186 414287 414487 404588 404688 3f4788 3f4889 3e4989 3e4a89 3e4c8a 3d4d8a 3\
d4e8a 3c4f8a 3c508b 3b518b 3b528b 3a538b 3a548c 39558c 39568c 38588c 38598c 375a8c 375b8d 365c8d 365d8d 355e8d 355f8d 34608d 34618d 33628d 33638d 32648e 32658e \
31668e 31678e 31688e 30698e 306a8e 2f6b8e 2f6c8e 2e6d8e 2e6e8e 2e6f8e 2d708e 2d718e 2c718e 2c728e 2c738e 2b748e 2b758e 2a768e 2a778e 2a788e 29798e 297a8e 297b8e\
 287c8e 287d8e 277e8e 277f8e 27808e 26818e 26828e 26828e 25838e 25848e 25858e 24868e 24878e 23888e 23898e 238a8d 228b8d 228c8d 228d8d 218e8d 218f8d 21908d 21918\
c 20928c 20928c 20938c 1f948c 1f958b 1f968b 1f978b 1f988b 1f998a 1f9a8a 1e9b8a 1e9c89 1e9d89 1f9e89 1f9f88 1fa088 1fa188 1fa187 1fa287 20a386 20a486 21a585 21a6\
85 22a785 22a884 23a983 24aa83 25ab82 25ac82 26ad81 27ad81 28ae80 29af7f 2ab07f 2cb17e 2db27d 2eb37c 2fb47c 31b57b 32b67a 34b679 35b779 37b878 38b977 3aba76 3bb\
b75 3dbc74 3fbc73 40bd72 42be71 44bf70 46c06f 48c16e 4ac16d 4cc26c 4ec36b 50c46a 52c569 54c568 56c667 58c765 5ac864 5cc863 5ec962 60ca60 63cb5f 65cb5e 67cc5c 69\
cd5b 6ccd5a 6ece58 70cf57 73d056 75d054 77d153 7ad151 7cd250 7fd34e 81d34d 84d44b 86d549 89d548 8bd646 8ed645 90d743 93d741 95d840 98d83e 9bd93c 9dd93b a0da39 a\
2da37 a5db36 a8db34 aadc32 addc30 b0dd2f b2dd2d b5de2b b8de29 bade28 bddf26 c0df25 c2df23 c5e021 c8e020 cae11f cde11d d0e11c d2e21b d5e21a d8e219 dae319 dde318 \
dfe318 e2e418 e5e419 e7e419 eae51a ece51b efe51c f1e51d f4e61e f6e620 f8e621 fbe723 fde725",cividis:"00224e 00234f 002451 002553 002554 002656 002758 002859 002\
85b 00295d 002a5f 002a61 002b62 002c64 002c66 002d68 002e6a 002e6c 002f6d 00306f 003070 003170 003171 013271 053371 083370 0c3470 0f3570 123570 143670 163770 18\
376f 1a386f 1c396f 1e3a6f 203a6f 213b6e 233c6e 243c6e 263d6e 273e6e 293f6e 2a3f6d 2b406d 2d416d 2e416d 2f426d 31436d 32436d 33446d 34456c 35456c 36466c 38476c 3\
9486c 3a486c 3b496c 3c4a6c 3d4a6c 3e4b6c 3f4c6c 404c6c 414d6c 424e6c 434e6c 444f6c 45506c 46516c 47516c 48526c 49536c 4a536c 4b546c 4c556c 4d556c 4e566c 4f576c \
50576c 51586d 52596d 535a6d 545a6d 555b6d 555c6d 565c6d 575d6d 585e6d 595e6e 5a5f6e 5b606e 5c616e 5d616e 5e626e 5e636f 5f636f 60646f 61656f 62656f 636670 646770\
 656870 656870 666970 676a71 686a71 696b71 6a6c71 6b6d72 6c6d72 6c6e72 6d6f72 6e6f73 6f7073 707173 717274 727274 727374 737475 747475 757575 767676 777776 77777\
7 787877 797977 7a7a78 7b7a78 7c7b78 7d7c78 7e7c78 7e7d78 7f7e78 807f78 817f78 828079 838179 848279 858279 868379 878478 888578 898578 8a8678 8b8778 8c8878 8d88\
78 8e8978 8f8a78 908b78 918b78 928c78 928d78 938e78 948e77 958f77 969077 979177 989277 999277 9a9376 9b9476 9c9576 9d9576 9e9676 9f9775 a09875 a19975 a29975 a39\
a74 a49b74 a59c74 a69c74 a79d73 a89e73 a99f73 aaa073 aba072 aca172 ada272 aea371 afa471 b0a571 b1a570 b3a670 b4a76f b5a86f b6a96f b7a96e b8aa6e b9ab6d baac6d bb\
ad6d bcae6c bdae6c beaf6b bfb06b c0b16a c1b26a c2b369 c3b369 c4b468 c5b568 c6b667 c7b767 c8b866 c9b965 cbb965 ccba64 cdbb63 cebc63 cfbd62 d0be62 d1bf61 d2c060 d\
3c05f d4c15f d5c25e d6c35d d7c45c d9c55c dac65b dbc75a dcc859 ddc858 dec958 dfca57 e0cb56 e1cc55 e2cd54 e4ce53 e5cf52 e6d051 e7d150 e8d24f e9d34e ead34c ebd44b \
edd54a eed649 efd748 f0d846 f1d945 f2da44 f3db42 f5dc41 f6dd3f f7de3e f8df3c f9e03a fbe138 fce236 fde334 fee434 fee535 fee636 fee838",grey:"000000 ffffff"};function colourTable(anchors){
let rgb=anchors.split(" ").map(hex=>[0,2,4].map(i=>parseInt(hex.slice(i,i+2),16)));return Uint32Array.from({length:256},(_,v)=>{let x=v/255*(rgb.length-1),i=Math.
min(Math.floor(x),rgb.length-2),[r,g,b]=rgb[i].map((low,c)=>Math.round(low+(rgb[i+1][c]-low)*(x-i)));return(255<<24|b<<16|g<<8|r)>>>0})}var TABLES=Object.fromEntries(
Object.entries(MAPS).map(([name,anchors])=>[name,colourTable(anchors)]));function levelColours(map,[low,high],[floor,ceiling]){let table2=TABLES[map];return Uint32Array.
from({length:256},(_,level)=>{let db=low+level/255*(high-low);return table2[clamp(Math.round(255*(db-floor)/(ceiling-floor)),0,255)]})}function diverging(share){
let fade=(from,to)=>Math.round(from+(to-from)*Math.min(Math.abs(share),1)),[r,g,b]=share>0?[178,24,43]:[33,102,172];return`rgb(${fade(247,r)} ${fade(247,g)} ${fade(
247,b)})`}var RANGES=[40,60,80,100],none=()=>{};function viewRow(id){let mute=button(word("mute.tip"),{text:word("mute"),className:"auralise-mute","aria-pressed":"false",
hidden:!0}),part=button(word("part.tip"),{text:word("part"),"aria-pressed":"false",hidden:!0}),method={rule:labelledSelect(word("rule"),`${id}-rule`,[],none,word(
"rule.tip")),resynthesis:labelledSelect(word("resynthesis"),`${id}-resynthesis`,[],none,word("resynthesis.tip")),position:labelledSelect(word("position"),`${id}\
-position`,[],none,word("position.tip"))},order=labelledSelect(word("order"),`${id}-by`,[],none,word("order.tip")),loudness=labelledSelect(word("level"),`${id}-\
level`,[["match",word("level.matched")],["raw",word("level.raw")]],none,word("level.tip")),scale=labelledSelect(word("scale"),`${id}-scale`,[["linear",word("sca\
le.linear")],["log",word("scale.log")],["mel",word("scale.mel")]],none,word("scale.tip")),range=labelledSelect(word("range"),`${id}-range`,RANGES.map(db=>[`${db}`,
`−${db} dB`]),none,word("range.tip"));range.select.value="80";let map=labelledSelect(word("colours"),`${id}-map`,Object.keys(MAPS).map(name=>[name,translated(
name)]),none),zooms=[zoom("time",word("zoom.time.out"),"−",-1),zoom("time",word("zoom.time.in"),"+",1),zoom("frequency",word("zoom.frequency.out"),"−",-1),zoom(
"frequency",word("zoom.frequency.in"),"+",1)],whole=button(word("zoom.all.tip"),{text:word("zoom.all"),className:"auralise-icon auralise-whole"}),[outer,inner,lower,
upper]=zooms.map(one=>one.node),caption=text2=>make("span","auralise-word",{},text2),zoomGroup=make("span","auralise-group",{role:"group","aria-label":word("zoo\
m")},caption(word("zoom.time")),outer,inner,caption(word("zoom.frequency")),lower,upper,whole),copy=button(word("copy"),{picture:"link",className:"auralise-icon"}),
saveSound2=button(word("save.sound"),{picture:"save",text:"WAV",className:"auralise-save"}),savePicture2=button(word("save.picture"),{picture:"save",text:"PNG",
className:"auralise-save"}),taking=make("span","auralise-group",{role:"group","aria-label":word("take")},saveSound2,savePicture2,copy),roots=(...selects)=>selects.
map(({root:root3})=>root3),all=[mute,part,...roots(method.rule,method.resynthesis,method.position),...roots(order,loudness,scale,range,map),zoomGroup,taking];return{
root:make("div","auralise-row auralise-view",{id:`${id}-more`,role:"group","aria-label":word("more.label")},...all),mute,part,method,order,loudness,scale,range,
map,zooms,whole,zoomGroup,copy,saveSound:saveSound2,savePicture:savePicture2}}function zoom(axis,label2,text2,step){let node=button(label2,{className:"auralise-\
icon"});return node.textContent=text2,Object.assign(node.dataset,{axis,step}),{node,axis,step}}function buildControls(id,chosen){let errorText=make("p"),dismiss2=make("button","auralise-plain",{type:"button"},word("dismiss")),error=make("div","auralise-er\
ror",{role:"alert",hidden:!0},errorText,dismiss2),status=make("p","auralise-status",{role:"status"}),enable=make("button","auralise-enable",{type:"button",hidden:!0},
word("sound.enable")),previous=button(word("feature.previous"),{picture:"previous",className:"auralise-icon"}),next2=button(word("feature.next"),{picture:"next",
className:"auralise-icon"}),kernel=make("canvas","auralise-kernel",{role:"img",hidden:!0,width:3,height:3}),progress=make("progress","auralise-progress",{"aria-\
label":word("layer.computing"),max:"1",value:0}),stop=button(word("layer.stop"),{text:word("stop"),className:"auralise-stop"}),working=make("span","auralise-wor\
king",{},progress,stop);return{title:titleLine(id,chosen),transport:transport(id),view:viewRow(id),named:make("p","auralise-quiet auralise-concept",{id:`${id}-n\
amed`}),about:make("p","auralise-quiet auralise-about",{id:`${id}-about`}),notes:make("p","auralise-quiet"),keys:keyList(),errorText,dismiss:dismiss2,error,status,
enable,previous,next:next2,kernel,progress,stop,working}}var KEY="auralise-more",More=class{#ui;#find;open=!1;constructor(ui,find){this.#ui=ui,this.#find=find,ui.transport.more.addEventListener("click",()=>{this.show(
!this.open),keep(this.open)})}show(open=kept()){let{transport:transport2,view}=this.#ui;this.open=open,transport2.more.setAttribute("aria-expanded",`${open}`),view.
root.classList.toggle("auralise-open",open),this.look()}look(){let{view}=this.#ui,{figure,facts}=this.#find(),{rule,resynthesis,position}=view.method,items=[[view.
mute,pressed(view.mute)],[view.part,pressed(view.part)],...[rule,resynthesis,position,view.order,view.loudness,view.map].map(({root:root2,select})=>[root2,select.
selectedIndex>0]),[view.scale.root,view.scale.select.value!==(facts?.scale??"linear")],[view.range.root,view.range.select.value!=="80"],[view.zoomGroup,figure.time.
zoomed||figure.frequency.zoomed]],focused=view.root.getRootNode().activeElement;for(let[node,used]of items)node.classList.toggle("auralise-used",used);view.root.
classList.toggle("auralise-none-used",!items.some(([node,used])=>used&&!node.hidden)),!this.open&&focused instanceof HTMLElement&&view.root.contains(focused)&&this.
focus(focused)}focus(node){(node.offsetParent===null?this.#ui.transport.more:node).focus({preventScroll:!0})}},pressed=button2=>button2.getAttribute("aria-press\
ed")==="true";function kept(){try{return sessionStorage.getItem(KEY)==="true"}catch{return!1}}function keep(open){try{sessionStorage.setItem(KEY,`${open}`)}catch{}}var Slider=class{#made="";constructor(name,id,input){this.input=make("input","",{type:"range",id,step:"1",min:"0",max:"0"}),this.knob=make("output","auralise-kn\
ob",{"aria-hidden":"true"}),this.ticks=make("div","auralise-ticks",{"aria-hidden":"true"}),this.facts=make("span","auralise-fact"),this.side=make("p","auralise-\
quiet auralise-facts",{},this.facts),this.ends=[0,1].map(()=>make("span","auralise-end",{"aria-hidden":"true"}));let track=make("div","auralise-track",{},this.ticks,
this.input,this.knob),way=make("div","auralise-way",{},this.ends[0],track,this.ends[1]);this.root=make("div","auralise-chooser",{},make("label","",{for:id},name),
way,this.side),this.input.addEventListener("input",()=>input(this.input.valueAsNumber))}setRange(low,high,marks,ends=["",""]){let made=JSON.stringify([low,high,
marks,ends]);made!==this.#made&&(this.#made=made,Object.assign(this.input,{min:low,max:high,disabled:high<=low}),this.ends.forEach((end,i)=>end.textContent=ends[i]),
this.ticks.replaceChildren(...marks.map(([value,text2,faint])=>{let tick=make("span",[text2?"":"auralise-dot",faint?"auralise-faint":""].join(" ").trim(),{},text2);
return tick.style.left=`${100*(value-low)/Math.max(high-low,1)}%`,tick})))}setValue(value,spoken=`${value}`,silent=!1){let[low,high]=[+this.input.min,+this.input.
max];this.input.valueAsNumber=value,this.input.setAttribute("aria-valuetext",spoken),this.knob.textContent=`${value}`,this.knob.classList.toggle("auralise-dead",
silent),this.knob.style.setProperty("--at",`${(value-low)/Math.max(high-low,1)}`)}};var Figures=class{#cells=["effect","likeness","control"].map(name=>{let parts={label:make("span"),value:make("b"),interval:make("span"),mark:make("em")};return{
root:make("div",`auralise-known auralise-${name}`,{},parts.label,parts.value,make("span","auralise-known-more",{},parts.interval,parts.mark)),parts}});constructor(){
this.root=make("div","auralise-figures",{role:"group","aria-label":word("known")},...this.#cells.map(({root:root2})=>root2))}show(known){this.#cells.forEach(({root:root2,
parts},i)=>{let one=known[i];if(root2.hidden=!one,!!one){root2.title=one.tip,root2.dataset.side=one.side??"";for(let name of["label","value","interval","mark"])
parts[name].textContent!==one[name]&&(parts[name].textContent=one[name])}})}};var CELL=16,EDGE2=3,HEAT_COLOURS=TABLES.viridis;function placeCells(count,rows,width,em){let left=Math.ceil(5.2*em),bands=Math.max(1,Math.ceil(count*CELL/(width-
left))),columns=Math.ceil(count/bands),[tall,foot]=[Math.round(1.55*em),Math.round(1.7*em)],band=rows*tall+foot;return{left,columns,cell:(width-left)/columns,tall,
band,height:EDGE2+bands*band}}function placeLabels({left,columns,cell:cell2,tall,band},rows,count){let bands=Math.max(1,Math.ceil(count/columns)),names=Array.from(
{length:bands*rows},(_,i)=>({row:i%rows,x:0,y:EDGE2+Math.floor(i/rows)*band+(i%rows+.5)*tall})),numbers=Array.from({length:count},(_,i)=>({x:left+(i%columns+.5)*
cell2,y:EDGE2+Math.floor(i/columns)*band+rows*tall}));return{names,numbers}}function cellAt({left,columns,cell:cell2,tall,band},count,rows,x,y){let[across,down]=[
x-left,y-EDGE2],[column,row]=[Math.floor(across/cell2),Math.floor(down%band/tall)],at=Math.floor(down/band)*columns+column;return across<0||down<0||column>=columns||
row>=rows||at>=count?null:[at,row]}function boxOf({left,columns,cell:cell2,tall,band},scale,at,row,rows=1){let[x,y]=[left+at%columns*cell2,EDGE2+Math.floor(at/columns)*
band+row*tall],[from,to]=[Math.round(x*scale),Math.round((x+cell2)*scale)],[top,bottom]=[Math.round(y*scale),Math.round((y+rows*tall)*scale)];return[from,top,to-
from,bottom-top]}function drawCell(brush,[x,y,w,h],scale,mean){if(mean===void 0)brush.fillStyle="rgb(128 128 128 / 18%)";else if(Number.isNaN(mean))brush.fillStyle=
"#8c8c8c";else{let colour=HEAT_COLOURS[Math.round(255*clamp(mean,0,1))];brush.fillStyle=`rgb(${colour&255} ${colour>>8&255} ${colour>>16&255})`}brush.fillRect(x,
y,w-1,h-1),Number.isNaN(mean)&&(brush.strokeStyle="#3c3c3c",brush.lineWidth=scale,brush.beginPath(),brush.moveTo(x,y+h-1),brush.lineTo(x+w-1,y),brush.stroke())}
function drawFrame(brush,[x,y,w,h],scale){for(let[colour,width]of[["#000",4],["#fff",2]])brush.strokeStyle=colour,brush.lineWidth=width*scale,brush.strokeRect(x-
.5,y-.5,w,h)}var minus=text2=>text2.replace(/-(?=\d)/g,"−"),hertz=hz=>hz<1e3?`${Math.round(hz)} Hz`:`${fixed(hz/1e3,2)} kHz`,signed=db=>minus(`${db>=.05?"+":""}${fixed(Math.
abs(db)<.05?0:db,1)} dB`),percent=share=>`${Math.round(100*share)} %`,amount=(value,small,large)=>value<1e3?`${local(+value.toPrecision(value<10?2:3))} ${small}`:
`${fixed(value/1e3,1)} ${large}`,NOTES=["C","C♯","D","D♯","E","F","F♯","G","G♯","A","A♯","B"];function nearestNote(hz){let number=Math.round(69+12*Math.
log2(hz/440));return hz>0&&number>=21&&number<=120?`${NOTES[number%12]}${Math.floor(number/12)-1}`:""}var plainError=error=>error.replace(/^ValueError: /,"");var SCORES=4,namesOf=source=>source?.found?.names??source?.facts.names??[];function scoresOf(source,feature,row){if(!source.found)return null;let at=SCORES*(feature*
namesOf(source).length+row);return[...source.found.values.subarray(at,at+SCORES)]}var score=value=>value==null||Number.isNaN(value)?"–":minus(local(value.toFixed(
2).replace(/^-(?=0\.00$)/,"")));function cellWords(source,feature,row,short4=!1){let scores=scoresOf(source,feature,row);if(!scores)return"";let name=namesOf(source)[row],
[mean,low,high,pairs]=scores;if(Number.isNaN(mean))return short4?`${name} –`:word("heat.cell.none",{k:feature,name});let interval=word("interval",{low:score(low),
high:score(high)});return short4?`${name} ${score(mean)} (${interval})`:word("heat.cell.known",{k:feature,name,mean:score(mean),interval,pairs})}function readCells(source,feature,row){
if(row===void 0)return word("heat.row",{k:feature,cells:namesOf(source).map((_,a)=>cellWords(source,feature,a,!0)).join("  ·  ")});let absent=source.available&&
!source.available.includes(feature);return`${cellWords(source,feature,row)}${absent?word("heat.cell.absent"):""}`}function orderBy(source,row){let height=feature=>{
let mean=scoresOf(source,feature,row)?.[0]??NaN;return Number.isNaN(mean)?-1/0:mean},order=Array.from({length:source.features},(_,k)=>k);return source.found&&row>=
0?order.sort((one,other)=>height(other)-height(one)||one-other):order}var explain=facts=>word("heat.explained",{probes:facts.probes,engine:facts.engine});var Heat=class{#watch=new ResizeObserver(()=>this.#layout());#source=null;#made="";#order=[];#now=0;#row=0;#hovered=null;#place=null;#waiting="";#on;running=!1;constructor(id,on){
this.#on=on,this.id=`${id}-heat`,this.sort=labelledSelect(word("sort"),`${id}-sort`,[],()=>this.#arrange()),this.words=make("p","auralise-quiet auralise-heat-wo\
rds"),this.progress=make("progress","auralise-progress",{"aria-label":word("heat.computing"),max:"1",value:0}),this.stop=button(word("heat.stop"),{text:word("st\
op"),className:"auralise-stop"}),this.working=make("span","auralise-heat-working",{},this.progress,this.stop),this.bar=make("canvas","",{width:256,height:1,"ari\
a-hidden":"true"});let legend=make("span","auralise-heat-legend auralise-quiet",{title:word("heat.legend")},"r = 0",this.bar,"1",make("i","auralise-heat-dea\
d",{"aria-hidden":"true"}),word("heat.none")),head=make("div","auralise-row auralise-heat-head",{},make("strong","",{},word("attributes")),this.sort.root,legend,
this.working);this.canvas=make("canvas","",{"aria-hidden":"true"}),this.labels=make("div","auralise-heat-labels",{"aria-hidden":"true"}),this.cells=make("div","\
auralise-unseen"),this.grid=make("div","auralise-heat-grid",{role:"grid",tabindex:"0"},this.canvas,this.labels,this.cells),this.readout=make("p","auralise-heat-\
readout"),this.means=make("p","auralise-quiet auralise-heat-means"),this.root=make("section","auralise-heat",{"aria-label":word("attributes"),hidden:!0},head,this.
grid,this.readout,this.means,this.words),this.stop.addEventListener("click",()=>on.toggle(this.running)),this.grid.addEventListener("keydown",event=>this.#onKey(
event));for(let type of["focus","blur"])this.grid.addEventListener(type,()=>this.#draw());this.canvas.addEventListener("pointermove",event=>this.#hover(this.#cell(
event))),this.canvas.addEventListener("pointerleave",()=>this.#hover(null)),this.canvas.addEventListener("click",event=>this.#choose(this.#cell(event))),this.#watch.
observe(this.grid)}get names(){return namesOf(this.#source)}set(source){this.#source=source;let{facts,found,features,layer}=source,{names}=this;this.root.hidden=
!1,this.sort.select.options.length!==names.length+1&&this.sort.fill([["number",word("sort.number")],...optionsOf(names)]);let image=new ImageData(256,1);new Uint32Array(
image.data.buffer).set(HEAT_COLOURS),brushOf(this.bar).putImageData(image,0,0),this.grid.setAttribute("aria-label",word("heat.label",{features,names:names.join(
", ")}));let mean=(what,means)=>make("span","",{},make("b","",{},what),` ${names.map((name,a)=>`${name} ${score(means?.[a])}`).join(", ")}`),control=found?.no_control?
make("span","",{},word("control.none.tip",{why:translated(found.no_control)})):mean(word("heat.control"),found?.control);control.title=word("heat.control.tip"),
this.means.replaceChildren(mean(word("heat.mean",{layer}),found?.own),control,mean(word("heat.probes"),found?.probes)),this.words.textContent=explain(facts);let made=`${layer}\
/${features}/${names}/${!!found}`;made!==this.#made&&(this.#made=made,this.#row=Math.min(this.#row,names.length-1),this.#arrange())}setProgress(progress,live){let missing=live&&
!this.#source?.found?.control;this.running=!!progress,this.working.hidden=!live,this.working.classList.toggle("auralise-on",this.running||missing),this.progress.
classList.toggle("auralise-on",this.running),this.progress.value=progress?.share??0,this.stop.textContent=this.running?word("stop"):word("heat.ask"),this.stop.title=
this.running?word("heat.stop"):word("heat.ask.tip"),this.#waiting=translated(progress?.words??""),this.#read()}mark(feature){if(this.#source){this.#now=feature;
for(let cell2 of this.cells.querySelectorAll("[aria-selected=true]"))cell2.setAttribute("aria-selected","false");for(let cell2 of this.cells.querySelectorAll(`[\
data-feature="${feature}"]`))cell2.setAttribute("aria-selected","true");this.#draw(),this.#read()}}close(){this.#watch.disconnect()}#read(){if(!this.#source)return;
let[feature,row]=this.#hovered??[this.#now],words2=this.#source.found?readCells(this.#source,feature,row):this.#waiting||word("heat.missing");this.readout.textContent!==
words2&&(this.readout.textContent=words2)}#arrange(){let source=this.#source;if(!source)return;this.#order=orderBy(source,this.names.indexOf(this.sort.select.value));
let rows=this.names.map((name,a)=>{let cells=this.#order.map(k=>{let look={role:"gridcell",id:`${this.id}-${a}-${k}`,"data-feature":`${k}`,"aria-selected":`${k===
this.#now}`};return make("span","",look,cellWords(source,k,a)||word("heat.cell",{k,name}))});return make("div","",{role:"row"},make("span","",{role:"rowheader"},
name),...cells)});this.cells.replaceChildren(...rows),this.#layout(),this.#read()}#layout(){if(!this.#source||!this.grid.clientWidth)return;let em=parseFloat(getComputedStyle(
this.grid).fontSize),{names}=this,place2=this.#place=placeCells(this.#order.length,names.length,this.grid.clientWidth,em);this.grid.style.height=`${place2.height}\
px`;let at=(node,{x,y})=>Object.assign(node.style,{left:`${x}px`,top:`${y}px`})&&node,spots=placeLabels(place2,names.length,this.#order.length);this.labels.replaceChildren(
...spots.names.map(spot=>at(make("span","auralise-heat-name",{},names[spot.row]),spot)),...spots.numbers.map((spot,i)=>at(make("span","auralise-heat-number",{"d\
ata-feature":`${this.#order[i]}`},`${this.#order[i]}`),spot))),this.#draw()}#draw(){let[place2,source]=[this.#place,this.#source];if(!place2||!source)return;let scale=globalThis.
devicePixelRatio||1;Object.assign(this.canvas,{width:Math.round(this.grid.clientWidth*scale),height:Math.round(place2.height*scale)});let brush=brushOf(this.canvas);
this.#order.forEach((k,i)=>this.names.forEach((_,a)=>drawCell(brush,boxOf(place2,scale,i,a),scale,scoresOf(source,k,a)?.[0])));let shown=this.#order.indexOf(this.#now);
shown>=0&&drawFrame(brush,boxOf(place2,scale,shown,0,this.names.length),scale);let root2=this.grid.getRootNode(),keyed=document.activeElement===this.grid||root2.
activeElement===this.grid,[feature,row]=this.#hovered??(keyed?[this.#now,this.#row]:[]);feature!==void 0&&row!==void 0&&drawFrame(brush,boxOf(place2,scale,this.#order.
indexOf(feature),row),scale);for(let one of this.labels.querySelectorAll("[data-feature]"))one.classList.toggle("auralise-heat-shown",one.getAttribute("data-fea\
ture")===`${this.#now}`);this.grid.setAttribute("aria-activedescendant",`${this.id}-${this.#row}-${this.#now}`)}#cell(event){if(!this.#place)return null;let box=this.
canvas.getBoundingClientRect(),found=cellAt(this.#place,this.#order.length,this.names.length,event.clientX-box.left,event.clientY-box.top);return found&&[this.#order[found[0]],
found[1]]}#hover(cell2){`${cell2}`!=`${this.#hovered}`&&(this.#hovered=cell2,this.canvas.style.cursor=cell2?"pointer":"",this.#draw(),this.#read())}#choose(cell2){
cell2&&(this.#row=cell2[1],this.#on.show(cell2[0]))}#onKey(event){let{key,shiftKey,ctrlKey,metaKey,altKey}=event;if(shiftKey||ctrlKey||metaKey||altKey||!this.#order.
length)return;let available=this.#source?.available,here=this.#order.filter(k=>!available||available.includes(k)),at=here.indexOf(this.#now),to={ArrowLeft:at-1,
ArrowRight:at+1,Home:0,End:here.length-1}[key],step={ArrowUp:-1,ArrowDown:1}[key];if(to!==void 0)this.#on.show(here[clamp(to,0,here.length-1)]);else if(step)this.#row=
clamp(this.#row+step,0,this.names.length-1);else return;event.preventDefault(),event.stopPropagation(),this.mark(this.#now)}};var featureName=([layer,feature])=>`${layer}-${feature}`,mutedName=([layer,feature,gain])=>`${layer}-${feature}${gain===0?"":word("muted.at",{gain:percent(gain)})}`;
function stretchWords([from,to],start){let digits=to-from<.5?2:1;return`${word("interval",{low:fixed(start+from,digits),high:fixed(start+to,digits)})} s`}var bandWords=([
low,high])=>`${word("interval",{low:Math.round(low),high:Math.round(high)})} Hz`;function partName({band,stretch},start){return band&&stretch?word("part.both",
{band:bandWords(band),stretch:stretchWords(stretch,start)}):band?bandWords(band):stretch?stretchWords(stretch,start):""}function mutedWords({muted=[],removed=[],
start}){let all=[...muted.map(mutedName),...removed.map(part=>partName(part,start))];return all.length?`${word("muted")} ${all.join(", ")}`:""}function mutedMark(muted,layer,feature){
let found=muted?.find(one=>one[0]===layer&&one[1]===feature);return!found||found[2]===1?"":found[2]===0?word("caption.muted"):word("caption.gain",{gain:percent(
found[2])})}function mutedCode({muted=[],removed=[]}){let features=muted.map(([layer,feature,gain])=>`(${layer}, ${feature}${gain===0?"":`, ${gain}`})`),parts=removed.
map(part=>`{${Object.entries(part).flatMap(([name,pair])=>pair?[`"${name}": (${pair.join(", ")})`]:[]).join(", ")}}`);return[...features.length?[`mute=[${features.
join(", ")}]`]:[],...parts.length?[`removed=[${parts.join(", ")}]`]:[]]}var MutedList=class{#entries=new Map;#on;constructor(on){this.#on=on,this.words=make("span","auralise-quiet",{},word("muted")),this.items=make("span","auralise-\
muted-items"),this.all=button(word("muted.all.tip"),{text:word("muted.all"),className:"auralise-muted-all"}),this.all.addEventListener("click",()=>on.clear(null)),
this.root=make("div","auralise-row auralise-muted",{role:"group","aria-label":word("muted.label"),hidden:!0},this.words,this.items,this.all)}set(muted,removed,start){
let items=[...muted.map(one=>({key:featureName(one),name:mutedName(one),bare:featureName(one),label:word("feature.number",{k:featureName(one)}),gain:one[2]})),...removed.
map(part=>({key:JSON.stringify(part),name:partName(part,start),bare:partName(part,start),label:partName(part,start)}))],left=new Map(items.map(item=>[item.key,this.#entries.
get(item.key)??new Entry(item,this.#on)]));for(let item of items)left.get(item.key)?.show(item);let gone=[...this.#entries].find(([key,{root:root2}])=>!left.has(
key)&&root2.contains(document.activeElement)),at=gone?[...this.#entries.keys()].indexOf(gone[0]):-1;this.#entries=left;for(let node of[...this.items.children])[
...left.values()].some(({root:root2})=>root2===node)||node.remove();[...left.values()].forEach(({root:root2},i)=>{this.items.children[i]!==root2&&this.items.insertBefore(
root2,this.items.children[i]??null)}),this.all.hidden=items.length<2,this.root.hidden=!items.length,at>=0&&[...left.values()][Math.min(at,left.size-1)]?.cross.focus()}say(words2){
this.#entries.clear(),this.items.replaceChildren(),this.words.textContent=words2,this.all.hidden=!0,this.root.hidden=!words2}},Entry=class{constructor(item,on){
let{key,label:label2,gain}=item;this.item=item;let bare=gain===void 0;this.name=bare?make("span","auralise-muted-name auralise-muted-part"):button(word("gain.ch\
ange",{label:label2}),{text:label2,className:"auralise-muted-name"}),this.cross=button(word("muted.back",{label:label2}),{className:"auralise-icon auralise-mute\
d-cross"}),this.cross.textContent="×",this.slider=make("input","",{type:"range",min:"0",max:"200",step:"5","aria-label":word("gain",{label:label2})}),this.percent=
make("span","auralise-percent",{"aria-hidden":"true"}),this.gain=make("span","auralise-muted-gain",{hidden:!0},this.slider,this.percent),this.root=make("span","\
auralise-muted-item",{},this.name,this.gain,this.cross),bare||this.name.setAttribute("aria-expanded","false"),this.name.addEventListener("click",()=>{bare||(this.
gain.hidden=!this.gain.hidden,this.name.setAttribute("aria-expanded",`${!this.gain.hidden}`),this.#write())}),this.slider.addEventListener("input",()=>on.gain(key,
this.slider.valueAsNumber/100)),this.cross.addEventListener("click",()=>on.clear(key))}#write(){let{name,bare,gain}=this.item,text2=this.gain.hidden?name:bare;this.
name.textContent=text2,gain!==void 0&&this.name.setAttribute("aria-label",word("gain.feature",{feature:text2}))}show(item){let{gain}=this.item=item;this.#write(),
gain!==void 0&&(this.slider.valueAsNumber=Math.round(100*gain),this.percent.textContent=percent(gain),this.slider.setAttribute("aria-valuetext",percent(gain)),this.
slider.style.setProperty("--at",`${gain/2}`))}};var MOST=.8,EDGE3=.02;function side(axis,from,to,ends,digits){let round=value=>+clamp(value,...ends).toFixed(digits),low=from<EDGE3&&axis.window[0]<=0?ends[0]:round(
axis.value(from)),high=to>1-EDGE3&&axis.window[1]>=1?ends[1]:round(axis.value(to));return low<high?[low,high]:null}function partOf({left,right,bottom,top},time,frequency,{
duration,sample_rate}){let[wide,tall]=[right-left>=MOST,top-bottom>=MOST],band=side(frequency,bottom,top,[0,sample_rate/2],0),stretch=side(time,left,right,[0,duration],
2);return wide&&tall||!band||!stretch?null:{band:tall?null:band,stretch:wide?null:stretch}}function partFrom([low,high,from,to],start){let pairs=[[low,high],[from-
start,to-start]],[band,stretch]=pairs.map(pair=>pair.some(Number.isNaN)?null:pair.map(one=>+one.toFixed(6)));return pairs.some(pair=>pair.some(Number.isNaN)&&!pair.
every(Number.isNaN))?word("part.ends"):!band&&!stretch?word("part.nothing"):[band,stretch].some(pair=>pair&&!(pair[0]>=0&&pair[0]<pair[1]))?word("part.order"):{
band,stretch}}var LEAST=4,PartMuting=class{#drag=null;#figure;#on;on=!1;constructor(figure,on){this.#figure=figure,this.#on=on,this.label=make("span"),this.box=make("div","au\
ralise-part-box",{hidden:!0},this.label),figure.stage.append(this.box);let names=[word("part.low"),word("part.high"),word("part.from"),word("part.to")];this.fields=
names.map(name=>make("input","",{type:"number","aria-label":name,title:name,step:"any",min:"0"}));let[low,high,from,to]=this.fields;this.said=make("output","aur\
alise-quiet");let submit=make("button","auralise-plain",{type:"submit"},word("part.mute")),pairs=[make("span","",{},low,word("part.between"),high," Hz"),make("s\
pan","",{},from,word("part.between"),to," s")];this.root=make("form","auralise-row auralise-part",{"aria-label":word("part"),hidden:!0},...pairs,submit,this.said),
this.root.addEventListener("submit",event=>this.#submit(event)),this.root.addEventListener("keydown",event=>event.key==="Escape"&&this.set(!1));for(let type of[
"pointerdown","pointermove","pointerup"])figure.root.addEventListener(type,event=>this.#point(type,event),!0);figure.stage.addEventListener("lostpointercapture",
()=>this.#end())}set(on){on!==this.on&&(this.on=on,this.root.hidden=!on,this.said.textContent=on?word("part.drag"):"",this.#figure.stage.classList.toggle("aural\
ise-parting",on),this.#end(),this.#on.changed(on))}#point(type,event){let{stage,rows,facts}=this.#figure,target=event.target;if(!(!this.on||!facts||!stage.contains(
target))){if(type==="pointerdown"){if(event.button!==0||target.closest("button, [role=alert], .auralise-handle"))return;let row=rows.findLast(({root:root2})=>event.
clientY>=root2.getBoundingClientRect().top)??rows[0];this.#drag={x:event.clientX,y:event.clientY,row,part:null,drawn:!1},stage.setPointerCapture(event.pointerId)}else if(this.#drag)
type==="pointermove"?this.#draw(event,facts):this.#finish(event);else return;event.stopPropagation(),event.preventDefault()}}#draw({clientX,clientY},facts){let drag=this.#drag;
if(!drag)return;let{x,y,row}=drag;if(drag.drawn||=Math.hypot(clientX-x,clientY-y)>=LEAST,!drag.drawn)return;let frame=row.root.getBoundingClientRect(),across=value=>clamp(
(value-frame.left)/frame.width,0,1),up=value=>clamp(1-(value-frame.top)/frame.height,0,1),[left,right]=[across(Math.min(x,clientX)),across(Math.max(x,clientX))],
[bottom,top]=[up(Math.max(y,clientY)),up(Math.min(y,clientY))],{time,frequency}=this.#figure,part=drag.part=partOf({left,right,bottom,top},time,frequency,facts);
row.root.append(this.box),this.box.hidden=!1,this.box.classList.toggle("auralise-part-none",!part),place(this.box,part??{band:null,stretch:null},this.#figure),part||
Object.assign(this.box.style,{left:`${100*left}%`,right:`${100*(1-right)}%`,bottom:`${100*bottom}%`,top:`${100*(1-top)}%`}),this.label.textContent=part?partName(
part,facts.start):word("part.draw"),this.#fill(part,facts.start)}#finish({clientX}){let{part=null,drawn=!1}=this.#drag??{};if(this.#end(),part&&this.#on.take(part),
drawn)return;let box=this.#figure.stage.getBoundingClientRect();this.#on.seek(this.#figure.time.value(clamp((clientX-box.left)/box.width,0,1)))}#end(){this.#drag=
null,this.box.hidden=!0}#fill(part,start){let values=[...part?.band??["",""],...part?.stretch?.map(s=>(start+s).toFixed(2))??["",""]];this.fields.forEach((field,i)=>field.
value=`${values[i]}`)}#submit(event){event.preventDefault();let part=partFrom(this.fields.map(field=>field.valueAsNumber),this.#figure.facts?.start??0);this.said.
textContent=typeof part=="string"?part:"",typeof part!="string"&&this.#on.take(part)}};function place(node,{band,stretch},{time,frequency}){let percent3=share=>`${100*
clamp(share,0,1)}%`,[from,to]=stretch?stretch.map(s=>time.share(s)):[0,1],[low,high]=band?band.map(hz=>frequency.share(hz)):[0,1];return Object.assign(node.style,
{left:percent3(from),right:percent3(1-to),bottom:percent3(low),top:percent3(1-high)}),from<1&&to>0&&low<1&&high>0}function outlineParts(figure,parts){for(let row of figure.
rows){for(let one of row.root.querySelectorAll(".auralise-part-out"))one.remove();if(row.kind==="source")for(let part of parts){let node=make("i","auralise-part\
-out",{"aria-hidden":"true"});place(node,part,figure)&&row.root.append(node)}}}var canMute=facts=>!!(facts?.live&&facts.muted),askedOf2=({store})=>({muted:store.get("muted")??[],removed:store.get("removed")??[]});function ask(scene,name,value){
let{store}=scene;!canMute(scene.facts)||store.gone?.()||(store.set(name,value),showMuted(scene))}function toggleMute(scene){let[layer,feature]=[scene.store.get(
"layer"),scene.store.get("feature")],{muted}=askedOf2(scene),others=muted.filter(one=>one[0]!==layer||one[1]!==feature);ask(scene,"muted",others.length<muted.length?
others:[...muted,[layer,feature,0]])}function setGain(scene,key,gain){let{muted}=askedOf2(scene);ask(scene,"muted",muted.map(one=>featureName(one)===key?[one[0],
one[1],clamp(gain,0,2)]:one))}function bringBack(scene,key){let{muted,removed}=askedOf2(scene),left=muted.filter(one=>key!==null&&featureName(one)!==key),heard=removed.
filter(part=>key!==null&&JSON.stringify(part)!==key);left.length<muted.length&&ask(scene,"muted",left),heard.length<removed.length&&ask(scene,"removed",heard),!left.
length&&!heard.length&&scene.more.focus(scene.ui.view.mute)}var partEvents=of=>({take:part=>{let{removed}=askedOf2(of());removed.every(one=>JSON.stringify(one)!==
JSON.stringify(part))&&ask(of(),"removed",[...removed,part])},seek:seconds=>of().player.seek(seconds),changed:on=>{let{ui,part,more}=of();ui.view.part.setAttribute(
"aria-pressed",`${on}`),on?part.fields[0].focus({preventScroll:!0}):part.root.contains(document.activeElement)&&more.focus(ui.view.part),more.look()}});function showMuted(scene){
let{facts,store,ui,figure,mutes,part}=scene;if(!facts)return;let can=canMute(facts);if(ui.view.mute.hidden=ui.view.part.hidden=!can,outlineParts(figure,facts.removed??
[]),!can)return mutes.say(mutedWords(facts));let{muted,removed}=askedOf2(scene),pressed2=mutedMark(muted,store.get("layer"),store.get("feature"));ui.view.mute.setAttribute(
"aria-pressed",`${pressed2!==""}`),ui.view.mute.disabled=ui.view.part.disabled=!!store.gone?.(),ui.view.mute.disabled&&part.set(!1),scene.more.look(),mutes.set(
muted,removed,facts.start)}function download(blob,name){let link=make("a","",{href:URL.createObjectURL(blob),download:name});document.body.append(link),link.click(),link.remove(),setTimeout(
()=>URL.revokeObjectURL(link.href),1e4)}var FORMAT="auralise-jax-marks/1",MOST_BYTES=1e6,MOST_MARKS=500,LONGEST_WORDS=200,LONGEST_STUDENT=80,LONGEST_NAME=255,MOST_SECONDS=1e6,NAMES=["rule","resynthesi\
s","position","clip"],FIELDS2=["layer","feature","words",...NAMES,"start","region"],oneLine=(text2,longest)=>[...text2.replace(/[\s\p{Cc}\p{Cs}]+/gu," ").trim()].
slice(0,longest).join("").trim(),isText2=(value,longest)=>typeof value=="string"&&[...value].length<=longest&&!/[\p{Cc}\p{Cs}]/u.test(value.replace(/\s/g," ")),
isWhole=(value,low,high)=>Number.isInteger(value)&&Number(value)>=low&&Number(value)<=high,isSeconds=value=>typeof value=="number"&&value>=0&&value<=MOST_SECONDS,
isRegion=value=>value===null||Array.isArray(value)&&value.length===2&&value.every(isSeconds)&&value[0]<value[1];function wrongIn(one,given){let strange=Object.keys(
given).find(name2=>!FIELDS2.includes(name2));if(strange!==void 0)return oneLine(strange,40);if(!isWhole(one.layer,1,9999))return"layer";if(!isWhole(one.feature,
0,9999999))return"feature";if(!isText2(one.words,LONGEST_WORDS))return"words";let name=NAMES.find(each=>!isText2(one[each],LONGEST_NAME));return name||(isSeconds(
one.start)?isRegion(one.region)?"":"region":"start")}var PLAIN={words:"",rule:"deconvnet",resynthesis:"phase",position:"all",clip:"",start:0,region:null};function checkedMarks(given,name){
if(!Array.isArray(given))throw new Error(word("marks.bad",{name}));if(given.length>MOST_MARKS)throw new Error(word("marks.bad.many",{name,most:MOST_MARKS}));return given.
map((one,i)=>{let isMapping=typeof one=="object"&&one!==null&&!Array.isArray(one),whole={...PLAIN,...isMapping?one:{}},wrong2=isMapping?wrongIn(whole,one):"laye\
r";if(wrong2)throw new Error(word("marks.bad.mark",{name,number:i+1,field:wrong2}));let{layer,feature,words:words2,rule,resynthesis,position,clip,start,region}=whole;
return{layer,feature,words:oneLine(words2,LONGEST_WORDS),rule,resynthesis,position,clip,start,region}})}function readList(text2,name){if(text2.length>MOST_BYTES)
throw new Error(word("marks.bad.large",{name}));let found;try{found=JSON.parse(text2.replace(/^\ufeff/,""))}catch{throw new Error(word("marks.bad.json",{name}))}
let{format,model,weights="",student="",marks,...more}=Object(found);if(!(format===FORMAT&&isText2(model,LONGEST_NAME)&&isText2(weights,64)&&/^[0-9a-f]*$/.test(weights)&&
isText2(student,LONGEST_STUDENT))||Object.keys(more).length)throw new Error(word("marks.bad",{name}));return{model,weights,student:oneLine(student,LONGEST_STUDENT),
marks:checkedMarks(marks,name)}}function textOf({model,weights,student,marks}){return`${JSON.stringify({format:FORMAT,model,weights,student,marks},null,1)}
`}function cell(value){let text2=typeof value=="string"&&/^[=+\-@\t\r]/.test(value)?`'${value}`:`${value}`;return/[",\r\n;]/.test(text2)?`"${text2.replaceAll('"',
'""')}"`:text2}function tableOf({model,student,marks}){let head=["student","model","layer","feature","words","clip","start","region_start","region_end","rule","\
resynthesis","position"],lines=marks.map(({layer,feature,words:words2,clip,start,region,rule,resynthesis,position})=>[student,model,layer,feature,words2,clip,start,
region?.[0]??"",region?.[1]??"",rule,resynthesis,position]);return`\uFEFF${[head,...lines].map(line=>line.map(cell).join(",")).join(`\r
`)}\r
`}var placeOf=({words:_,...place2})=>JSON.stringify(Object.entries(place2).sort()),nameOf=({model,student},panel=1)=>["marks",model,student,panel>1?panel:""].filter(
Boolean).join("-").replace(/[^\p{L}\p{N}-]+/gu,"_").slice(0,120);function newMarks(there,{model,weights,marks},own,name){if(model!==own.model)throw new Error(word(
"marks.bad.model",{name,model,here:own.model}));if(weights&&own.weights&&weights!==own.weights)throw new Error(word("marks.bad.weights",{name,model}));let known=new Set(
there.map(placeOf)),added=marks.filter(mark=>!known.has(placeOf(mark))&&known.add(placeOf(mark)));if(there.length+added.length>MOST_MARKS)throw new Error(word("\
marks.full",{most:MOST_MARKS}));return added}var markName=({layer,feature})=>`${layer}-${feature}`;function whereWords({clip,start,region,rule}){let moments=region?`${word("interval",{low:fixed(region[0],2),
high:fixed(region[1],2)})} s`:start>0?word("marks.from",{seconds:fixed(start,1)}):"";return[clip,moments,rule].filter(Boolean).join(", ")}var Entry2=class{constructor(mark,on){
let feature=markName(mark),where=whereWords(mark);this.mark=mark,this.go=button(word("marks.go",{feature,where}),{text:feature,className:"auralise-mark-name"}),
this.where=make("span","auralise-quiet auralise-mark-where",{},where),this.absent=make("em","auralise-mark-absent",{hidden:!0},word("marks.absent")),this.words=
make("input","",{type:"text",maxlength:`${LONGEST_WORDS}`,"aria-label":word("marks.words",{feature}),placeholder:word("marks.placeholder"),autocomplete:"off",dir:"\
auto"}),this.cross=button(word("marks.remove",{feature}),{className:"auralise-icon"}),this.cross.textContent="×",this.root=make("li","auralise-mark",{},this.go,
make("span","auralise-mark-about",{},this.where,this.absent),this.words,this.cross),this.go.setAttribute("aria-label",this.go.title),this.go.addEventListener("c\
lick",()=>on.go(this.mark)),this.words.addEventListener("input",()=>on.write(this.mark,oneLine(this.words.value,LONGEST_WORDS))),this.words.addEventListener("ke\
ydown",event=>{event.key!=="Enter"&&event.key!=="Escape"||(event.preventDefault(),on.done())}),this.cross.addEventListener("click",()=>on.remove(this.mark))}show(mark,here,absent){
this.mark=mark,oneLine(this.words.value,LONGEST_WORDS)!==mark.words&&(this.words.value=mark.words),this.absent.hidden=!absent,here?this.root.setAttribute("aria-\
current","true"):this.root.removeAttribute("aria-current")}};function traitsOf({layer,feature,rule,resynthesis,position,clip,start},facts){let traits={layer,feature},lacks=[],legal={rule:facts.rules.includes(rule),resynthesis:facts.
resyntheses.includes(resynthesis),position:facts.positions.includes(position)};if(facts.live)for(let[name,value]of Object.entries({rule,resynthesis,position}))legal[name]&&
(traits[name]=value);let now=facts.chosen?.clip??facts.takes[0].clip,known=facts.live&&facts.clips?.includes(clip);if(clip&&clip!==now&&!known)lacks.push(word("\
marks.absent.clip",{clip}));else if(clip){clip!==now&&(traits.clip=clip);let held=facts.song?.windows?.some(one=>Math.abs(one.start-start)<.001)??!1;(Math.abs(start-
facts.start)>.001||traits.clip)&&((facts.live?facts.chosen:held)?traits.start=start:lacks.push(word("marks.absent.window")))}return{traits,lacks:lacks.join(" ")}}
function goTo({facts,store},mark,model){if(!facts)return{waits:!1,lacks:""};let{traits,lacks}=traitsOf(mark,facts),untrained=store.get("model")!==void 0&&store.
get("model")!==model;untrained&&store.set("model",model);for(let[name,value]of Object.entries(traits))store.get(name)!==value&&store.set(name,value);return{waits:untrained||
"start"in traits||"clip"in traits,lacks}}var regionThere=({region},start)=>region&&region[1]>start?[Math.max(region[0]-start,0),region[1]-start]:null;function markOf({
facts,store,player}){if(!facts)return null;let{layer,feature,rule,resynthesis,position}=askedOf(store),[clip,start]=[`${facts.chosen?.clip??facts.takes[0].clip}`,
facts.start],{region}=player;return{layer,feature,words:"",rule,resynthesis,position,clip:oneLine(clip,255),start,region:region&&[rounded(start+region[0]),rounded(
start+region[1])]}}var rounded=seconds=>+seconds.toFixed(3);function has({facts},{layer,feature}){let known=facts?.layers[layer-1];return known!==void 0&&feature<
known.features&&(known.available?.includes(feature)??!0)}var Keeping=class{#key;constructor({model,weights,panel},title){this.#key=[FORMAT,globalThis.location?.pathname,panel,title,model,weights].join(" | ")}read(){try{
let text2=localStorage.getItem(this.#key);return text2===null?null:readList(text2,"")}catch{return null}}follow(take){let hear2=({key,newValue})=>{let list=key===
this.#key?this.read():null;(list||key===this.#key&&newValue===null)&&take(list)};return addEventListener("storage",hear2),()=>removeEventListener("storage",hear2)}write(list){
try{return list.marks.length||list.student?localStorage.setItem(this.#key,textOf(list)):localStorage.removeItem(this.#key),!0}catch{return!1}}};var Marks=class{#of;#entries=new Map;#keeping=null;close=()=>{};#opened=!1;#going=null;#before=[];constructor(id,of){this.#of=of,this.mark=button(word("marks.ma\
rk.tip"),{text:word("marks.mark"),className:"auralise-mark-this"}),this.opener=button(word("marks.open.tip"),{text:word("marks.count",{count:0}),className:"aura\
lise-marks-opener","aria-expanded":"false","aria-controls":`${id}-marks`}),this.undo=button(word("marks.undo"),{text:word("marks.undo"),hidden:!0}),this.said=make(
"span","auralise-quiet auralise-marks-said",{"aria-live":"polite"}),this.list=make("ol","auralise-marks-list",{"aria-label":word("marks.label")}),this.student=make(
"input","",{type:"text",id:`${id}-student`,maxlength:`${LONGEST_STUDENT}`,autocomplete:"off"});let named=make("span","auralise-choice",{},make("label","",{for:this.
student.id},word("marks.student")),this.student);this.json=button(word("marks.json.tip"),{text:word("marks.json")}),this.csv=button(word("marks.csv.tip"),{text:word(
"marks.csv")}),this.load=button(word("marks.load.tip"),{text:word("marks.load")}),this.file=make("input","",{type:"file",accept:".json,application/json"}),this.
clear=button(word("marks.clear.tip"),{text:word("marks.clear")}),this.kept=make("p","auralise-quiet");let files=make("div","auralise-row auralise-marks-files",{},
named,this.json,this.csv,this.load,this.clear);this.body=make("div","auralise-marks-body",{id:`${id}-marks`,hidden:!0},this.list,files,this.kept);let head=make(
"div","auralise-row auralise-marks-head",{},this.mark,this.opener,this.undo,this.said);this.root=make("section","auralise-marks",{"aria-label":word("marks.label"),
hidden:!0},head,this.body),this.#listen()}#listen(){this.mark.addEventListener("click",()=>this.markThis()),this.opener.addEventListener("click",()=>this.#open(
this.body.hidden!==!1)),this.undo.addEventListener("click",()=>{this.#set(this.#before,word("marks.undone")),this.mark.focus()}),this.student.addEventListener("\
input",()=>{this.#store.set("student",oneLine(this.student.value,LONGEST_STUDENT)),this.#keep()}),this.json.addEventListener("click",()=>this.#save(textOf,"appl\
ication/json","json")),this.csv.addEventListener("click",()=>this.#save(tableOf,"text/csv","csv")),this.load.addEventListener("click",()=>this.file.click()),this.
file.addEventListener("change",()=>this.#read()),this.clear.addEventListener("click",()=>{this.#set([],word("marks.cleared"),this.#marks),this.mark.focus()}),this.
root.addEventListener("keydown",event=>{event.target.closest("input")&&event.stopPropagation()})}get#store(){return this.#of().store}get marking(){let marking=this.#store.
get("marking");return marking?.model?marking:null}get#marks(){return this.#store.get("marks")??[]}get#whole(){let{model,weights}=this.marking;return{model,weights,
student:this.#store.get("student")??"",marks:this.#marks}}get#isTrained(){let model=this.#store.get("model");return model===void 0||model===this.marking?.model}markThis(){
let here=markOf(this.#of());if(!this.marking||!here)return;if(!this.#isTrained)return this.#say(word("marks.untrained"));let[marks,place2]=[this.#marks,placeOf(
here)],there=marks.some(one=>placeOf(one)===place2);if(!there&&marks.length>=MOST_MARKS)return this.#say(word("marks.full",{most:MOST_MARKS}));this.#open(!0),there||
this.#set([...marks,here],word("marks.marked",{feature:markName(here)}));let{words:words2}=this.#entries.get(place2);words2.focus(),words2.select()}#open(open){
this.body.hidden=!open,this.opener.setAttribute("aria-expanded",`${open}`)}#say(words2){this.said.textContent=words2}#set(marks,said,before=null){this.undo.hidden=
!before,this.#before=before??[],this.#store.set("marks",marks),this.show(),this.#keep(),this.#say(said)}show(){let{facts}=this.#of();if(this.root.hidden=!this.marking||
!facts,!this.marking||!facts)return;this.#begin();let marks=this.#marks,here=markOf(this.#of()),now=here&&placeOf(here),left=new Map(marks.map(mark=>{let place2=placeOf(
mark),entry=this.#entries.get(place2)??this.#entry(mark);return entry.show(mark,place2===now,!has(this.#of(),mark)),[place2,entry]}));this.#entries=left;let nodes=[
...left.values()].map(({root:root2})=>root2);for(let node of[...this.list.children])nodes.includes(node)||node.remove();nodes.forEach((node,i)=>{this.list.children[i]!==
node&&this.list.insertBefore(node,this.list.children[i]??null)}),this.opener.textContent=word("marks.count",{count:left.size}),this.list.hidden=!left.size;for(let one of[
this.json,this.csv,this.clear])one.disabled=!left.size;let student=this.#store.get("student")??"";oneLine(this.student.value,LONGEST_STUDENT)!==student&&(this.student.
value=student)}#begin(){if(this.#opened)return;this.#opened=!0;let[{facts,store},marking]=[this.#of(),this.marking];if(!marking?.panel||!facts){this.kept.textContent=
facts?.live&&!store.host?word("marks.notebook"):word("marks.unkept");return}this.#keeping=new Keeping(marking,facts.title??"");let found=this.#keeping.read();found&&
this.#take(found),this.#keep(),this.close=this.#keeping.follow(list=>{this.undo.hidden=!0,this.#take(list)})}#take(list){this.#store.set("marks",list?.marks??[]),
this.#store.set("student",list?.student??"")}#keep(){this.#keeping&&(this.kept.textContent=this.#keeping.write(this.#whole)?word("marks.kept"):word("marks.unkep\
t"))}#entry(mark){return new Entry2(mark,{go:one=>this.#go(one),write:(one,words2)=>this.#write(one,words2),remove:one=>this.#remove(one),done:()=>this.#of().root.
focus({preventScroll:!0})})}#write(mark,words2){let place2=placeOf(mark);this.undo.hidden=!0,this.#store.set("marks",this.#marks.map(one=>placeOf(one)===place2?
{...one,words:words2}:one)),this.#keep()}#remove(mark){let[marks,place2]=[this.#marks,placeOf(mark)],at=marks.findIndex(one=>placeOf(one)===place2);this.#set(marks.
filter((_,i)=>i!==at),word("marks.removed",{feature:markName(mark)}),marks);let left=[...this.#entries.values()];(left[Math.min(at,left.length-1)]?.cross??this.
mark).focus()}#go(mark){if(!has(this.#of(),mark))return this.#say(word("marks.absent.feature",{feature:markName(mark)}));let{waits,lacks}=goTo(this.#of(),mark,this.
marking.model);this.#going=waits?mark:null,!waits&&!lacks&&this.#of().player.setRegion(regionThere(mark,this.#of().facts?.start??0)),this.#say(lacks),this.show()}arrived(){
let{facts,player}=this.#of(),mark=this.#going;mark&&facts&&facts.chosen?.clip===mark.clip&&(this.#going=null,Math.abs(facts.start-mark.start)<.001?player.setRegion(
regionThere(mark,facts.start)):this.#store.set("start",mark.start)),this.show()}#save(written,type,ending){let list=this.#whole,name=`${nameOf(list,this.marking?.
panel)}.${ending}`;download(new Blob([written(list)],{type}),name),this.#say(word("marks.saved",{name}))}async#read(){let[file]=this.file.files??[];if(!file)return;
let name=oneLine(file.name,80);try{if(file.size>MOST_BYTES)throw new Error(word("marks.bad.large",{name}));this.#add(readList(await file.text(),name),name)}catch(problem){
this.#say(problem.message)}this.file.value=""}#add(list,name){let before=this.#marks,added=newMarks(before,list,this.marking,name),{student,marks}=list;student&&
!this.#store.get("student")&&!before.length&&this.#store.set("student",student);let absent=marks.filter(mark=>!has(this.#of(),mark)).length,said=[word("marks.lo\
aded",{name,added:added.length,there:marks.length-added.length})];absent&&said.push(word("marks.loaded.absent",{count:absent})),this.#set([...before,...added],said.
join(" "),before)}};var windowOf=(edges,at)=>"step"in edges?[edges.from+at*edges.step,edges.from+at*edges.step+edges.size]:[edges.low[at],edges.high[at]];function nearest2(edges,count,place2){
if("step"in edges)return clamp(Math.round((place2-edges.from-edges.size/2)/edges.step),0,count-1);let far=edges.low.map((low,at)=>Math.abs((low+edges.high[at])/
2-place2));return far.indexOf(Math.min(...far))}function fieldAt(layer,seconds,hz){let{axes=["freq","time"],map,field}=layer,cell2=axes.map((axis,i)=>{let edges=field?.[axis];
return edges?nearest2(edges,map[i],axis==="time"?seconds:hz):0});return fieldOf(layer,cell2)}function fieldOf({field,axes=["freq","time"]},cell2){if(!field)return null;
let along=axis=>{let[edges,at]=[field[axis],axes.indexOf(axis)];return edges&&at>=0?windowOf(edges,cell2[at]):null};return{stretch:along("time"),band:along("fre\
q")}}function stepsOf({field}){let step=edges=>{if(!edges)return null;if("step"in edges)return edges.step;let middle=Math.floor(edges.low.length/2);return middle?
edges.low[middle]-edges.low[middle-1]:null};return field?{seconds:step(field.time),hz:step(field.freq)}:null}var TALL=.7,Boxes=class{#at=null;#layer=null;#words="";#strongest=new Map;#nodes=[];#figure;constructor(figure){this.#figure=figure}setLayer(layer,words2){this.#layer=
layer,this.#words=words2,this.#at&&this.draw()}point(place2){!place2&&!this.#at||(this.#at=place2,this.draw())}pointMiddle(){let{time,frequency,facts}=this.#figure;
facts&&this.point({seconds:Math.min(time.value(.5),facts.duration),hz:frequency.value(.35)})}setStrongest(found){!found.size&&!this.#strongest.size||(this.#strongest=
found,this.draw())}draw(){for(let node of this.#nodes)node.remove();let pointed=this.#at&&this.#layer?fieldAt(this.#layer,this.#at.seconds,this.#at.hz):null;this.#nodes=
this.#figure.rows.flatMap(row=>{let found=this.#strongest.get(row);return[...found?this.#drawn(row,found.box,found.words,"auralise-strongest"):[],...pointed&&row.
kind==="source"?this.#drawn(row,pointed,this.#words):[]]})}#drawn(row,{stretch,band},words2,className=""){let{time,frequency}=this.#figure,[left,right]=stretch?
stretch.map(s=>clamp(time.share(s),0,1)):[0,1],[low,high]=band?band.map(hz=>clamp(frequency.share(Math.max(hz,0)),0,1)):[0,1];if(left>=right||low>=high)return[];
let side2=[high-low>TALL?"auralise-inside":low+high>1?"auralise-below":""],label2=make("span","",{},words2),node=make("i",["auralise-box",className,...side2].filter(
Boolean).join(" "),{"aria-hidden":"true"},label2);Object.assign(node.style,{left:`${100*left}%`,width:`${100*(right-left)}%`,bottom:`${100*low}%`,height:`${100*
(high-low)}%`}),row.root.append(node);let[start,wide]=[left*row.root.clientWidth,row.root.clientWidth-label2.offsetWidth];return label2.style.left=`${clamp(start,
4,Math.max(wide-4,4))-start}px`,[node]}};var MEL_BREAK=1e3,LOWEST=40,melOf=hz=>hz<MEL_BREAK?3*hz/200:15+27*Math.log(hz/MEL_BREAK)/Math.log(6.4),ofMel=mel=>mel<15?200*mel/3:MEL_BREAK*Math.exp(Math.log(6.4)*
(mel-15)/27),WARPS={linear:{to:hz=>hz,from:value=>value,low:0},log:{to:hz=>Math.log2(Math.max(hz,.001)),from:value=>2**value,low:LOWEST},mel:{to:melOf,from:ofMel,
low:0}},Axis=class{constructor(least){this.least=least,this.whole=[0,1],this.warp=WARPS.linear,this.window=[0,1]}set(low,high,warp="linear"){let same3=this.whole[0]===
low&&this.whole[1]===high&&this.warp===WARPS[warp];this.warp=WARPS[warp],this.whole=[low,high],same3||(this.window=[0,1])}get#ends(){let{to,low}=this.warp,[least,
most]=this.whole;return[to(Math.max(least,Math.min(low,most/8))),to(most)]}share(value){let[low,high]=this.#ends,[from,till]=this.window;return((this.warp.to(value)-
low)/(high-low)-from)/(till-from)}value(share){let[low,high]=this.#ends,[from,till]=this.window;return this.warp.from(low+(from+share*(till-from))*(high-low))}get low(){
return this.value(0)}get high(){return this.value(1)}get zoomed(){return this.window[0]>0||this.window[1]<1}zoom(factor,share=.5){let[from,till]=this.window,width=clamp(
(till-from)*factor,this.least,1),at=from+share*(till-from);this.#place(at-share*width,width)}pan(share){let[from,till]=this.window;this.#place(from+share*(till-
from),till-from)}reveal(value){let share=this.share(value);(share<0||share>1)&&this.pan(share-.05)}reset(){this.window=[0,1]}#place(from,width){let start=clamp(
from,0,1-width);this.window=[start,start+width]}ticks(length,gap){if(this.warp===WARPS.linear)return ticks(this.low,this.high,length,gap);let found=[];for(let value of candidates(
this.low,this.high)){let at=this.share(value)*length;found.every(([,other])=>Math.abs(other-at)>=gap)&&found.push([value,at])}return found.length<3?ticks(this.low,
this.high,length,1.5*gap):found.map(([value])=>value).toSorted((a,b)=>a-b)}};function candidates(low,high){let round=[];for(let steps of[[1],[5],[2],[3,4,6,8],[
1.5,2.5,7,9]])for(let decade=10;decade<=high;decade*=10)round.push(...steps.map(step=>step*decade));return[...low<=0?[0]:[],...round.filter(value=>value>=low&&value<=
high)]}function label(text2,side2,share){let tick=make("span","",{},text2);return tick.style[side2]=side2==="left"?`${100*share}%`:`clamp(0.5em, ${100*share}%, 100% - \
0.5em)`,tick}function labelFrequencies(axes,frequency,sampleRate,em){let kilo=sampleRate>=4e3;for(let axis of axes){let values=frequency.ticks(axis.clientHeight,
1.9*em),unit=hz=>hz!==values.at(-1)?"":kilo?" kHz":" Hz",text2=hz=>`${local(+(kilo?hz/1e3:hz).toPrecision(4))}${unit(hz)}`;axis.replaceChildren(...values.map(hz=>label(
text2(hz),"bottom",frequency.share(hz))))}}function labelTimes(axis,time,start,length,em){let moments=ticks(start+time.low,start+time.high,length,5*em);axis.replaceChildren(
...moments.map(s=>label(`${local(s)} s`,"left",time.share(s-start))))}function labelLevels(axis,bar,{map,range:[low,high]},length,em){let levels=ticks(low,high,
length,4*em),text2=db=>minus(db===levels.at(-1)?`${db} dB`:`${db}`);axis.replaceChildren(...levels.map(db=>label(text2(db),"bottom",(db-low)/(high-low))));let image=new ImageData(
1,256);new Uint32Array(image.data.buffer).set(TABLES[map].toReversed()),brushOf(bar).putImageData(image,0,0)}var SHORTEST_REGION=.05;function fitRegion(region,duration){if(!region||region[0]<=0&&region[1]>=duration)return null;let start=clamp(region[0],0,duration-SHORTEST_REGION);
return[start,clamp(region[1],start+SHORTEST_REGION,duration)]}function listen(figure,on){let draw=listenToDrags(figure,on);listenToPictures(figure,on,draw),listenToHandles(figure,on);for(let axis of["time","frequency"]){let node=axis===
"time"?figure.stage:figure.left;node.addEventListener("wheel",event=>wheel(figure,axis,node,event),{passive:!1})}}function moment({time,stage},event,node=stage){
let box=node.getBoundingClientRect();return time.value(clamp((event.clientX-box.left)/box.width,0,1))}function listenToDrags(figure,on){let{stage,times}=figure,
drawn=null,drag={get begun(){return drawn!==null},begin(event,node){node.setPointerCapture(event.pointerId),drawn=moment(figure,event,node)},move(event,node){let now=moment(
figure,event,node),from=drawn??now;Math.abs(figure.time.share(now)-figure.time.share(from))*node.clientWidth<4||on.select([Math.min(from,now),Math.max(from,now)])}};
times.addEventListener("pointerdown",event=>figure.facts&&event.button===0&&drag.begin(event,times)),times.addEventListener("pointermove",event=>times.hasPointerCapture(
event.pointerId)&&drag.move(event,times)),times.addEventListener("dblclick",()=>on.select(null));for(let node of[stage,times])node.addEventListener("lostpointer\
capture",()=>drawn=null);return drag}function listenToPictures(figure,on,drag){let{stage}=figure;stage.addEventListener("pointerdown",event=>{let target=event.target;
if(!(event.button!==0||!figure.facts||target.closest("button, [role=alert], .auralise-handle"))){if(on.point(point(figure,event)),event.shiftKey)return drag.begin(
event,stage);stage.setPointerCapture(event.pointerId),on.seek(moment(figure,event))}}),stage.addEventListener("pointermove",event=>{figure.facts&&(on.point(point(
figure,event)),stage.hasPointerCapture(event.pointerId)&&(drag.begun?drag.move(event,stage):on.seek(moment(figure,event))))});for(let over of["pointerleave","po\
intercancel"])stage.addEventListener(over,()=>{delete figure.root.dataset.pointed,on.point(null)})}function listenToHandles(figure,on){figure.handles.forEach((handle,i)=>{
let move=to=>{if(!figure.loop)return;let[start,end]=figure.loop;on.select(i?[start,Math.max(to,start+SHORTEST_REGION)]:[Math.min(to,end-SHORTEST_REGION),end])};
handle.addEventListener("pointerdown",event=>handle.setPointerCapture(event.pointerId)),handle.addEventListener("pointermove",event=>handle.hasPointerCapture(event.
pointerId)&&move(moment(figure,event))),arrows(figure,handle,()=>figure.loop?.[i]??0,move)}),arrows(figure,figure.playhead,()=>figure.position,to=>on.seek(Math.
max(0,to)))}function arrows(figure,node,now,move){node.addEventListener("keydown",event=>{if(event.shiftKey||!figure.facts)return;let seen=figure.time.high-figure.
time.low,step=seen/40,steps={ArrowRight:step,ArrowUp:step,ArrowLeft:-step,ArrowDown:-step,PageUp:seen/4,PageDown:-seen/4},to={Home:0,End:figure.facts.duration}[event.
key]??now()+steps[event.key];Number.isNaN(to)||(event.preventDefault(),move(clamp(to,0,figure.facts.duration)))})}function wheel(figure,name,node,event){if(!figure.
facts)return;let box=node.getBoundingClientRect(),across=name==="time",tall=box.height/figure.rows.length,share=across?(event.clientX-box.left)/box.width:1-(event.
clientY-box.top)%tall/tall,sideways=event.shiftKey?event.deltaX||event.deltaY:event.deltaX;if(event.ctrlKey||event.metaKey)figure[name].zoom(1.003**clamp(event.
deltaY,-100,100),clamp(share,0,1));else if(across&&figure.time.zoomed&&Math.abs(sideways)>0)figure.time.pan(sideways/box.width);else return;event.preventDefault(),
figure.queueLayout()}function point(figure,event){let{start}=figure.facts,{rows,look:{range:[low,high]}}=figure,under=rows.findLast(({root:root2})=>event.clientY>=
root2.getBoundingClientRect().top)??rows[0],box=under.root.getBoundingClientRect(),height=1-clamp((event.clientY-box.top)/box.height,0,1),[time,hz]=[moment(figure,
event),figure.frequency.value(height)];figure.cross.style.left=`${100*figure.time.share(time)}%`;let note=nearestNote(hz);for(let one of rows){let found=one.decibels(
time,hz),level=found?`, ${found.value?"":"≤ "}${minus(fixed(found.db,1))} dB`:"";one.readout.textContent=`${fixed(start+time,2)} s, ${hertz(hz)}${note&&` (${note}\
)`}${level}`,one.level.style.bottom=`${100*height}%`,one===under&&(figure.mark.style.bottom=`${found?100*clamp((found.db-low)/(high-low),0,1):0}%`)}return figure.
root.dataset.pointed="",{seconds:time,hz}}function axesOf({axes,sample_rate,n_fft=1,hop_length=1}){return axes??{kind:"linear",hz:sample_rate/n_fft,hop:hop_length/sample_rate}}function placeOf2({hz}){return typeof hz==
"number"?value=>value/hz:value=>{let[low,high]=[0,hz.length-1];for(;high-low>1;){let middle=low+high>>1;hz[middle]<=value?low=middle:high=middle}return low+(value-
hz[low])/(hz[high]-hz[low])}}function rangeOf(facts){let{hz}=axesOf(facts),nyquist=facts.sample_rate/2;if(typeof hz=="number")return[0,nyquist];let last=hz.length-
1;return[Math.max(0,(3*hz[0]-hz[1])/2),Math.min(nyquist,(3*hz[last]-hz[last-1])/2)]}function rowMap(height,axis,bins,place2){let rows=[];for(let y=0;y<height;y++){let[below,above]=[y+1,y].map(edge=>place2(axis.value(1-edge/height))),middle=place2(
axis.value(1-(y+.5)/height));if(above-below>2)rows.push([clamp(Math.ceil(below),0,bins-1),clamp(Math.floor(above),0,bins-1),-1]);else{let bin=clamp(Math.floor(middle),
0,bins-1);rows.push([bin,Math.min(bin+1,bins-1),clamp(middle-bin,0,1)])}}return rows}function paintLevels(out,levels,frames,first,last,rows,colours){let width=last-
first+1;for(let y=0,at=0;y<rows.length;y++){let[low,high,share]=rows[y],below=low*frames+first,above=high*frames+first;if(share<0){let count=high-low+1;for(let x=0;x<
width;x++){let sum=0;for(let bin=0,place2=below+x;bin<count;bin++,place2+=frames)sum+=levels[place2];out[at++]=colours[sum/count+.5|0]}}else if(share===0)for(let x=0;x<
width;x++)out[at++]=colours[levels[below+x]];else for(let x=0;x<width;x++)out[at++]=colours[levels[below+x]*(1-share)+levels[above+x]*share+.5|0]}}function paintLoudest(out,levels,facts,{
frequency,colours},[width,height]){let{bins,frames}=facts,place2=placeOf2(axesOf(facts)),binAt=y=>clamp(Math.round(place2(frequency.value(1-y/height))),0,bins-1);
for(let y=0;y<height;y++){let[high,low]=[binAt(y),Math.min(binAt(y+1)+1,binAt(y))];for(let x=0;x<width;x++){let from=Math.floor(x*frames/width),to=Math.max(from+
1,Math.floor((x+1)*frames/width)),most=0;for(let bin=low;bin<=high;bin++)for(let frame=from;frame<to;frame++)most=Math.max(most,levels[bin*frames+frame]);out[y*
width+x]=colours[most]}}}var BACKGROUND="#000004",Spectrogram=class{facts=null;levels=null;kind="";constructor(deck){this.canvas=make("canvas","auralise-canvas",{role:"img"}),this.bitmap=
document.createElement("canvas"),this.name=make("span","auralise-name"),this.remark=make("span","auralise-remark"),this.readout=make("span","auralise-readout"),
this.level=make("i","auralise-cross auralise-cross-level");let caption=make("p","auralise-caption",{"data-late":word("row.late")},make("b","",{},deck.toUpperCase()),
this.name,icon("volume"));this.root=make("div","auralise-picture",{},this.canvas,this.level,caption,this.remark,this.readout),this.root.dataset.deck=deck,this.deck=
deck}show(pixels,facts){let{bins,frames}=facts;this.facts=facts,this.levels=pixels?.byteLength===bins*frames&&frames>0?pixels:null}draw({time,frequency,colours,
rows,sizes}){let{canvas,facts,bitmap}=this,[width,height]=sizes.get(canvas)??canvasSize(canvas);sizes.set(canvas,[width,height]),canvas.width!==width&&(canvas.width=
width),canvas.height!==height&&(canvas.height=height);let brush=brushOf(canvas,{alpha:!1});if(!this.levels||!facts){brush.fillStyle=BACKGROUND,brush.fillRect(0,
0,width,height);return}let{bins,frames}=facts,axes=axesOf(facts),table2=rows.get(height)??rowMap(height,frequency,bins,placeOf2(axes));rows.set(height,table2);let perSecond=1/
axes.hop,first=clamp(Math.floor(time.low*perSecond)-1,0,frames-1),last=clamp(Math.ceil(time.high*perSecond)+1,first,frames-1),image=new ImageData(last-first+1,height);
paintLevels(new Uint32Array(image.data.buffer),this.levels,frames,first,last,table2,colours),bitmap.width!==image.width&&(bitmap.width=image.width),bitmap.height!==
height&&(bitmap.height=height),brushOf(bitmap).putImageData(image,0,0),brush.imageSmoothingQuality="high";let left=time.low*perSecond+.5-first,across=(time.high-
time.low)*perSecond,inside2=Math.min(across,image.width-left);if(brush.drawImage(bitmap,left,0,inside2,height,0,0,width*inside2/across,height),inside2<across){let from=Math.
floor(width*inside2/across);brush.drawImage(bitmap,image.width-1,0,1,height,from,0,width-from,height)}}decibels(time,hz){if(!this.levels||!this.facts)return null;
let{bins,frames,db_range}=this.facts,axes=axesOf(this.facts),frame=clamp(Math.round(time/axes.hop),0,frames-1),bin=clamp(Math.round(placeOf2(axes)(hz)),0,bins-1),
value=this.levels[bin*frames+frame];return{value,db:db_range[0]+value/255*(db_range[1]-db_range[0])}}};function canvasSize(canvas){let ratio=globalThis.devicePixelRatio||
1,whole=side2=>Math.max(1,Math.round(side2*ratio));return[whole(canvas.clientWidth),whole(canvas.clientHeight)]}var LEAST_TIME=.02,LEAST_FREQUENCY=.04,ZOOM_STEP=1.6,Figure=class{#watch=new ResizeObserver(()=>this.layout());#queued=0;#laid;#view=null;facts=null;look={map:"\
magma",range:[-80,0],scale:"linear"};loop=null;position=0;time=new Axis(LEAST_TIME);frequency=new Axis(LEAST_FREQUENCY);rows=[];axes=[];constructor(on){this.#laid=
on.laid,this.playhead=make("div","auralise-playhead",{role:"slider","aria-label":word("playhead"),tabindex:"0"}),this.cross=make("i","auralise-cross auralise-cr\
oss-time"),this.handles=[word("loop.start"),word("loop.end")].map(name=>make("div","auralise-handle",{role:"slider","aria-label":name,tabindex:"0"})),this.region=
make("div","auralise-region",{hidden:!0}),this.shades=[0,1].map(()=>make("i","auralise-shade")),this.over=[...this.shades,this.region,this.cross,this.playhead,...this.
handles],this.stage=make("div","auralise-stage"),this.left=make("div","auralise-left",{title:word("axis.frequency.tip")}),this.times=make("div","auralise-axis a\
uralise-axis-time",{"aria-hidden":"true",title:word("axis.time.tip")}),this.titles=[word("axis.frequency"),word("axis.time")].map(title=>make("span","auralise-a\
xis-title",{"aria-hidden":"true"},title)),this.mark=make("i","auralise-bar-mark"),this.decibelAxis=make("div","auralise-axis auralise-axis-level",{"aria-hidden":"\
true"}),this.bar=make("canvas","",{width:1,height:256,"aria-hidden":"true"});let bar=make("div","auralise-bar",{title:word("axis.level.tip")},this.bar,this.mark);
this.root=make("div","auralise-figure",{},this.left,this.stage,bar,this.decibelAxis,this.times,...this.titles),listen(this,on),this.#watch.observe(this.stage)}row(deck){
return this.rows.find(row=>row.deck===deck)}setFacts(facts){this.facts=facts;let decks=facts.rows.map(({deck})=>deck);decks.join()!==this.rows.map(({deck})=>deck).
join()&&this.#setDecks(decks),this.time.set(0,facts.duration);let[low,high]=rangeOf(facts);this.frequency.set(low,high,this.look.scale);let range={seconds:fixed(
facts.duration,1),low:low?hertz(low):0,high:hertz(high)};facts.rows.forEach(({deck,kind},i)=>{this.rows[i].kind=kind,this.rows[i].canvas.setAttribute("aria-labe\
l",word(kind==="source"?"spectrogram.source":"spectrogram.feature",{deck:deck.toUpperCase(),...range}))});for(let slider of[this.playhead,...this.handles])slider.
setAttribute("aria-valuemin","0"),slider.setAttribute("aria-valuemax",facts.duration.toFixed(2));this.layout()}#setDecks(decks){this.rows=decks.map(deck=>new Spectrogram(
deck));let extra=[...this.stage.children].filter(node=>!node.classList.contains("auralise-picture")&&!this.over.includes(node));this.stage.replaceChildren(...this.
rows.map(({root:root2})=>root2),...this.over,...extra),this.axes=this.rows.map(()=>make("div","auralise-axis auralise-axis-frequency",{"aria-hidden":"true"})),this.
left.replaceChildren(...this.axes),this.root.style.setProperty("--rows",`${decks.length}`)}setLook(look){Object.assign(this.look,look),look.scale&&this.facts&&this.
frequency.set(...rangeOf(this.facts),look.scale),this.layout()}setPosition(seconds,follow2=!1){let[before,share]=[this.position,seconds].map(one=>this.time.share(
one));follow2&&this.time.zoomed&&before>=0&&before<=1&&(share<0||share>1)&&(this.time.reveal(seconds),this.layout()),this.position=seconds,this.#place(this.playhead,
seconds)}setRegion(region){this.loop=region,this.region.hidden=!region;for(let node of[...this.handles,...this.shades])node.hidden=!region;if(!region)return;let[
from,to]=region.map(s=>clamp(this.time.share(s),0,1));this.region.style.left=this.shades[1].style.right="",Object.assign(this.region.style,{left:`${100*from}%`,
right:`${100*(1-to)}%`}),Object.assign(this.shades[0].style,{left:"0",right:`${100*(1-from)}%`}),Object.assign(this.shades[1].style,{left:`${100*to}%`,right:"0"}),
this.handles.forEach((handle,i)=>this.#place(handle,region[i]))}zoom(axis,steps){let around2=axis==="time"?this.time.share(this.position):.5;this[axis].zoom(ZOOM_STEP**
-steps,around2>=0&&around2<=1?around2:.5),this.layout()}showWhole(){this.time.reset(),this.frequency.reset(),this.layout()}close(){this.#watch.disconnect(),cancelAnimationFrame(
this.#queued)}#place(node,seconds){let{start}=this.facts??{start:0},share=this.time.share(seconds);node.style.left=`${100*clamp(share,0,1)}%`,node.style.visibility=
share<-1e-9||share>1+1e-9?"hidden":"",node.setAttribute("aria-valuenow",seconds.toFixed(2)),node.setAttribute("aria-valuetext",`${fixed(start+seconds,2)} s`)}queueLayout(){
cancelAnimationFrame(this.#queued),this.#queued=requestAnimationFrame(()=>this.layout())}draw(...rows){if(!this.facts)return;let colours=()=>levelColours(this.look.
map,this.facts.db_range,this.look.range);this.#view??={time:this.time,frequency:this.frequency,colours:colours(),rows:new Map,sizes:new Map};for(let row of rows.
length?rows:this.rows)row.draw(this.#view)}layout(){if(!this.facts||!this.stage.isConnected)return;let em=parseFloat(getComputedStyle(this.root).fontSize);labelFrequencies(
this.axes,this.frequency,this.facts.sample_rate,em),labelTimes(this.times,this.time,this.facts.start,this.stage.clientWidth,em),labelLevels(this.decibelAxis,this.
bar,this.look,this.stage.clientHeight,em),this.setRegion(this.loop),this.#place(this.playhead,this.position),this.#view=null,this.draw(),this.#laid()}};var KEY2=Symbol.for("auralise.audio");function pageAudio(){let page3=globalThis;return page3[KEY2]??={context:null,active:null}}var newContext=()=>new AudioContext(
{latencyHint:"interactive"});function playAlone(player){let page3=pageAudio();page3.active!==player&&page3.active?.pause(),page3.active=player}function leavePage(player){
let page3=pageAudio();page3.active===player&&(page3.active=null)}function silenceAbsent(){let{active}=pageAudio();active?.there?.()===!1&&active.pause()}function contextFate(state,moved){
return moved?"keep":state==="suspended"?"wait":"replace"}var ClockWatch=class{#timer;start(context,wanted,replaced){let before=context.currentTime;this.stop(),this.#timer=
setTimeout(()=>{let page3=pageAudio();!wanted()||page3.replaced===context||contextFate(context.state,context.currentTime>before)!=="replace"||(context.close().catch(
()=>{}),page3.replaced=page3.context=newContext(),replaced())},500)}stop(){clearTimeout(this.#timer)}};function fader(context,value){let node=context.createGain(),line={from:value,to:value,start:0,end:0};node.gain.setValueAtTime(value,context.currentTime);let at=time=>time>=
line.end?line.to:time<=line.start?line.from:line.from+(line.to-line.from)*(time-line.start)/(line.end-line.start);return{node,to(target,when,seconds=.015){let here=at(
when);node.gain.cancelScheduledValues(when),node.gain.linearRampToValueAtTime(here,when),node.gain.linearRampToValueAtTime(target,when+seconds),line={from:here,
to:target,start:when,end:when+seconds}}}}var LOOKAHEAD=.02,Mixer=class{duration=0;clock=null;onended=()=>{};decks={};constructor(context,{decks=["a","b"],heard="b",volume=.25,loop=!0}={}){this.context=
context,this.loop=loop,this.output=fader(context,volume),this.analyser=context.createAnalyser(),this.output.node.connect(this.analyser).connect(context.destination);
for(let name of decks)this.add(name,name===heard)}add(name,heard=!1){let channel=fader(this.context,heard?1:0);channel.node.connect(this.output.node),this.decks[name]=
{channel,buffer:null,voice:null,full:0}}remove(name,when){let{channel,voice}=this.decks[name];if(delete this.decks[name],channel.to(0,when),!voice)return channel.
node.disconnect();voice.source.onended=()=>{voice.fade.node.disconnect(),channel.node.disconnect()},voice.source.stop(when+2*.015)}soon(){return this.#grid(this.
context.currentTime+LOOKAHEAD+("baseLatency"in this.context?Number(this.context.baseLatency):0))}#grid(time){return Math.ceil(time*this.context.sampleRate-1e-6)/
this.context.sampleRate}positionAt(time){if(!this.clock)return 0;let gone=this.clock.offset+Math.max(0,time-this.clock.when);return this.loop&&this.duration>0?gone%
this.duration:Math.min(gone,this.duration)}start(when,offset){let{sampleRate}=this.context,decks=Object.values(this.decks),turn=Math.max(...decks.map(deck=>this.#turn(
deck,when)));this.clock={when:turn,offset:Math.round(offset*sampleRate)/sampleRate},this.#change(decks,turn)}stop(when){for(let deck of Object.values(this.decks))
this.#retire(deck,when);this.clock=null}put(name,buffer,when){let deck=this.decks[name];if(deck.buffer=buffer,buffer&&(this.duration=buffer.duration),!this.clock)
return;let fresh=!deck.voice,turn=this.#turn(deck,when);fresh&&(deck.full=turn+.015),this.#change([deck],turn)}hear(name,when){let from=Math.max(when,this.decks[name].
full);for(let[other,deck]of Object.entries(this.decks))deck.channel.to(other===name?1:0,from)}setLoop(loop,when){if(this.clock){let from=Math.max(when,this.clock.
when);this.clock={when:from,offset:this.positionAt(from)}}this.loop=loop;for(let{voice}of Object.values(this.decks))voice&&(voice.source.loop=loop)}close(){for(let{
voice,channel}of Object.values(this.decks))voice&&(voice.source.onended=null),voice?.source.stop(),voice?.fade.node.disconnect(),channel.node.disconnect();this.
output.node.disconnect(),this.analyser.disconnect()}#change(decks,when){for(let deck of decks)this.#retire(deck,when),this.#launch(deck,when);if(this.context.currentTime<
when)return;let again=this.soon();this.#change(decks,Math.max(...decks.map(deck=>this.#turn(deck,again))))}#launch(deck,when){if(!deck.buffer)return;let source=this.
context.createBufferSource(),fade=fader(this.context,0);source.buffer=deck.buffer,source.loop=this.loop,source.connect(fade.node).connect(deck.channel.node),fade.
to(1,when),source.start(when,Math.min(this.positionAt(when),deck.buffer.duration));let voice=deck.voice={source,fade,when};source.onended=()=>{fade.node.disconnect(),
deck.voice===voice&&this.onended()}}#turn(deck,when){let{voice}=deck;return voice?voice.when<when?Math.max(when,this.#grid(voice.when+.015)):(voice.source.onended=
null,voice.source.stop(),voice.fade.node.disconnect(),deck.voice=null,voice.when):when}#retire(deck,when){deck.voice&&(deck.voice.fade.to(0,when),deck.voice.source.
stop(when+2*.015),deck.voice=null)}};var Graph=class{mixer=null;context=null;#clock=new ClockWatch;#on;#onState=()=>{this.#on.changed(),this.#on.playing()&&this.running&&this.#watch()};constructor(on){
this.#on=on}get running(){return this.context?.state==="running"}wake(settings){let context=pageAudio().context??=newContext();return context.state!=="running"&&
context.resume(),this.context!==context&&this.close(),this.context=context,this.mixer??=this.#make(context,settings),this.#watch(),this.mixer}resume(){this.context?.
resume(),this.#on.playing()&&this.#watch()}rest(){this.#clock.stop()}close(){this.context?.removeEventListener("statechange",this.#onState),this.mixer?.close(),
this.mixer=this.context=null}#make(context,settings){return context.addEventListener("statechange",this.#onState),new Mixer(context,settings)}#watch(){let{context}=this;
context&&this.#clock.start(context,()=>this.#on.playing()&&context===this.context,this.#on.replaced)}};function wavFile(bytes,rate){let file=new Uint8Array(44+bytes.byteLength),view=new DataView(file.buffer),text2=(at,letters)=>file.set([...letters].map(c=>c.charCodeAt(
0)),at);return text2(0,"RIFF"),view.setUint32(4,36+bytes.byteLength,!0),text2(8,"WAVEfmt "),view.setUint32(16,16,!0),view.setUint16(20,1,!0),view.setUint16(22,1,
!0),view.setUint32(24,rate,!0),view.setUint32(28,2*rate,!0),view.setUint16(32,2,!0),view.setUint16(34,16,!0),text2(36,"data"),view.setUint32(40,bytes.byteLength,
!0),file.set(bytes,44),file}function pcm16(samples,factor){let peak=samples.reduce((most,x)=>Math.max(most,Math.abs(x)),0)*factor,fit=peak>1?factor/peak:factor;
return Int16Array.from(samples,x=>Math.round(Math.max(-1,Math.min(x*fit,1))*32767))}var EDGE_FADE=.003;async function decodeSound(context,{bytes,codec,rate,scale=1}){let bare=codec==="pcm16",file=bare?wavFile(bytes,rate):bytes.slice(),decoded2=await context.
decodeAudioData(file.buffer);return{samples:decoded2.getChannelData(0),rate:decoded2.sampleRate,scale:bare?scale*32768/32767:scale}}function fitSamples(out,samples,rate,first,scale){
let{length}=out;if(out.set(samples.subarray(first,first+length)),scale!==1)for(let i=0;i<length;i++)out[i]*=scale;let edge=Math.min(Math.round(EDGE_FADE*rate),length>>
1);for(let i=0;i<edge;i++)out[i]*=i/edge,out[length-1-i]*=i/edge}function fitBuffer(context,{samples,rate,scale},duration,start=0){let buffer=context.createBuffer(
1,Math.max(1,Math.round(duration*rate)),rate);return fitSamples(buffer.getChannelData(0),samples,rate,Math.round(start*rate),scale),buffer}async function soundFile(sound,duration,gain=1){
let{rate}=sound,context=new OfflineAudioContext(1,Math.max(1,Math.round(duration*rate)),rate),{samples,scale}=await decodeSound(context,sound),pcm=pcm16(samples,
scale*gain);return new Blob([wavFile(new Uint8Array(pcm.buffer),rate)],{type:"audio/wav"})}var Decoded=class{#kept=new Map;constructor(most){this.most=most}get(context,sound){
let{buffer,byteOffset,byteLength}=sound.bytes,key=this.#known(sound)??{buffer,byteOffset,byteLength},found=this.#kept.get(key)??this.#begin(context,sound);this.#kept.
delete(key),this.#kept.set(key,found);for(let oldest of this.#kept.keys()){if(this.#kept.size<=this.most)break;this.#kept.delete(oldest)}return found.promise}peek(sound){
let key=this.#known(sound);return(key&&this.#kept.get(key)?.samples)??null}#known({bytes:{buffer,byteOffset,byteLength}}){return[...this.#kept.keys()].find(one=>one.
buffer===buffer&&one.byteOffset===byteOffset&&one.byteLength===byteLength)}#begin(context,sound){let begun={promise:decodeSound(context,sound),samples:null};return begun.
promise.then(samples=>begun.samples=samples,()=>{}),begun}};var LATELY=8,Loaded=class{#sounds={};#decoded={};#decoding={};#lately=new Decoded(LATELY);#arrived;#failed;constructor(arrived,failed){this.#arrived=arrived,this.#failed=
failed}sound(deck){return this.#sounds[deck]}give(deck,sound){this.#sounds[deck]=sound}forget(){this.#decoded={},this.#decoding={},this.#lately=new Decoded(LATELY)}async ready(){
await Promise.all(Object.values(this.#decoding))}async foresee(context,sound){sound.bytes.byteLength&&await this.#lately.get(context,sound).catch(()=>{})}change(sounds){
let samples=Object.values(sounds).map(sound=>this.#lately.peek(sound));return samples.includes(null)?!1:(Object.entries(sounds).forEach(([deck,sound],i)=>{this.#sounds[deck]=
sound,this.#decoded[deck]=samples[i],this.#decoding[deck]=null}),!0)}decode(deck,context){let sound=this.#sounds[deck],lately=this.#lately,arrived=samples=>{this.#lately!==
lately||this.#sounds[deck]!==sound||(this.#decoded[deck]=samples,this.#arrived(deck))};if(this.#decoding[deck]=null,!sound?.bytes.byteLength)return arrived(null);
this.#decoding[deck]=lately.get(context,sound).then(arrived,()=>{arrived(null),this.#sounds[deck]===sound&&this.#failed(deck)})}cut(deck,context,[start,end],raw){
let found=this.#decoded[deck];if(!found)return null;let gain=raw?10**(-(this.#sounds[deck]?.gain_db??0)/20):1;return fitBuffer(context,{...found,scale:found.scale*
gain},end-start,start)}};var Player=class{#graph;#loaded;#offset=0;#changed;#ended;laid={};playing=!1;duration=0;decks=["a","b"];heard="b";loop=!0;region=null;raw=!1;volume=.5;swaps=0;constructor({
changed=()=>{},ended=()=>{},failed=()=>{},there=()=>!0}={}){this.#changed=changed,this.#ended=ended,this.#graph=new Graph({playing:()=>this.playing,changed,replaced:()=>this.#beginAnew()}),
this.#loaded=new Loaded(name=>this.#put(name),failed),this.there=there}get context(){return this.#graph.context}get#mixer(){return this.#graph.mixer}get analyser(){
return this.#mixer?.analyser??null}get blocked(){return this.playing&&this.context!==null&&!this.#graph.running}get#span(){return this.region??[0,this.duration]}position(){
return!this.playing||!this.#mixer?.clock||!this.context?this.#offset:this.#span[0]+this.#mixer.positionAt(this.context.currentTime-(this.context.outputLatency||
0))}load(name,sound){let laid2=this.laid[name];sound&&laid2&&laid2===this.#loaded.sound(name)&&laid2.bytes===sound.bytes&&laid2.scale===sound.scale&&laid2.gain_db===
sound.gain_db||(this.#loaded.give(name,sound),this.context&&this.#loaded.decode(name,this.context))}async prepare(sounds){let{context}=this;context&&this.playing&&
await Promise.all(sounds.map(sound=>this.#loaded.foresee(context,sound)))}async play(){this.playing||(playAlone(this),this.playing=!0,await this.#begin())}pause(){
this.playing&&(this.#offset=this.position(),this.playing=!1,this.#graph.rest(),this.#mixer?.clock&&this.#mixer.stop(this.#mixer.soon()),this.#changed())}toggle(){
this.playing?this.pause():this.play()}seek(seconds){let to=clamp(seconds,0,this.duration-.005);if(this.region&&(to<this.region[0]||to>=this.region[1]))return this.
setRegion(null,to);this.#offset=to,this.#mixer?.clock&&this.#start(this.#mixer),this.#changed()}hear(name){this.decks.includes(name)&&(this.heard=name,(!this.#mixer?.
clock||name in this.laid)&&this.#mixer?.hear(name,this.#mixer.soon()),this.#changed())}setDecks(decks){let gone=this.decks.filter(name=>!decks.includes(name));for(let name of decks)
this.decks.includes(name)||this.#mixer?.add(name);this.decks=decks,decks.includes(this.heard)||this.hear(decks[decks.length-1]);for(let name of gone)this.#mixer?.
remove(name,this.#mixer.soon()),this.load(name,null),delete this.laid[name]}setLoop(loop){this.loop=loop,this.#mixer?.setLoop(loop,this.#mixer.context.currentTime),
this.#changed()}setRegion(region,to=this.position()){this.region=fitRegion(region,this.duration);let[start,end]=this.#span;if(this.#offset=to<start||to>=end?start:
to,this.#mixer){for(let name of this.decks)this.#mixer.decks[name].buffer=this.#loaded.cut(name,this.#mixer.context,this.#span,this.raw);this.#mixer.duration=end-
start,this.#mixer.clock&&this.#start(this.#mixer)}this.#changed()}setRaw(raw){this.raw=raw;for(let name of this.decks)this.#put(name);this.#changed()}setVolume(volume){
this.volume=volume,this.#mixer?.output.to(volume**2,this.#mixer.soon(),.03)}reset(duration,decks=this.decks){this.pause(),this.#offset=0,this.region=null,this.duration=
duration,this.setDecks(decks)}move(sounds,place2){let mixer=this.#mixer;if(!this.playing||!mixer?.clock||!this.#loaded.change(sounds))return!1;let when=mixer.soon(),
at=place2(this.#span[0]+mixer.positionAt(when)),to=clamp(at,0,this.duration-.005),{sampleRate}=mixer.context;this.region=null,this.laid={...sounds},this.swaps+=
this.decks.length;for(let name of this.decks)mixer.decks[name].buffer=this.#loaded.cut(name,mixer.context,this.#span,this.raw);mixer.duration=this.duration;let rest=Math.
max(0,Math.round(-at*sampleRate)/sampleRate);return mixer.start(when+rest,this.#offset=to),this.#changed(),!0}resume(){this.#graph.resume()}close(){this.pause(),
this.#graph.close(),this.#forget(),leavePage(this)}#forget(){this.#loaded.forget(),this.laid={}}#beginAnew(){this.#offset=this.position(),this.#begin()}async#begin(){
let mixer=this.#wake();this.#changed(),await this.#loaded.ready(),this.playing&&mixer===this.#mixer&&!mixer.clock&&this.#start(mixer)}#start(mixer){mixer.start(
mixer.soon(),this.#offset-this.#span[0])}#wake(){let{decks,heard,volume,loop}=this,before=this.#mixer,mixer=this.#graph.wake({decks,heard,volume:volume**2,loop});
if(mixer===before)return mixer;mixer.onended=()=>{this.pause(),this.#offset=this.#span[0],this.#ended(),this.#changed()},this.#forget();for(let name of decks)this.#loaded.
decode(name,mixer.context);return mixer}#put(name){if(!this.#mixer?.decks[name])return;let first=!(name in this.laid);this.swaps++,this.laid[name]=this.#loaded.
sound(name),this.#mixer.put(name,this.#loaded.cut(name,this.#mixer.context,this.#span,this.raw),this.#mixer.soon()),first&&name===this.heard&&this.#mixer.hear(name,
this.#mixer.soon())}};var EDITS=["muted","removed"];var same=(one,other)=>EDITS.every(name=>JSON.stringify(one(name)??[])===JSON.stringify(other(name)??[])),Edits=class{#model;#sent=null;#calm;#calmed;constructor(model,calmed=()=>{}){
this.#model=model,this.#calmed=calmed}get busy(){return this.#calm!==void 0}get waits(){return this.#sent!==null||!same(this.#asked,this.#facts)}look(){this.waits&&
this.#rest();let sent=this.#sent;sent&&!same(name=>sent[name],this.#facts)&&!same(this.#asked,this.#facts)||(this.#sent=null,!same(this.#asked,this.#facts)&&(this.#sent=
Object.fromEntries(EDITS.map(name=>[name,this.#asked(name)])),this.#model.save_changes()))}lose(){this.#sent=null,clearTimeout(this.#calm),this.#calm=void 0}#rest(){
clearTimeout(this.#calm),this.#calm=setTimeout(()=>{this.#calm=void 0,this.#calmed()},250)}#asked=name=>this.#model.get(name);#facts=name=>this.#model.get("fact\
s")?.[name]};var Listeners=class{#all=new Map;add(name,callback){let some=this.#all.get(name)??new Set;return this.#all.set(name,some.add(callback)),()=>some.delete(callback)}emit(name){
for(let callback of[...this.#all.get(name)??[]])callback()}};function once(react,when=queueMicrotask){let due=!1;return()=>{due||(due=!0,when(()=>{due=!1,react()}))}}
function afterPaint(callback){let called=!1,call=()=>{called||callback(),called=!0};requestAnimationFrame(()=>setTimeout(call)),setTimeout(call,100)}var short2=x=>`${+x.toFixed(2)}`;function placesOf({times,seconds,duration}){return[0,...times.map(time=>1e3*Math.min(time+seconds/2,duration)/duration),1e3]}var levelToEnds=values=>[
values[0],...Array.from(values),values[values.length-1]],points=(places,values,top)=>places.map((x,i)=>`${short2(x)} ${short2(100*(1-values[i]/top))}`),linePath=(places,values,top=1)=>values.
length?`M${points(places,levelToEnds(values),top).join("L")}`:"";function areaPath(places,low,high,top=1){if(!high.length)return"";let[under,over]=[low,high].map(
values=>points(places,levelToEnds(values),top));return`M${over.join("L")}L${under.reverse().join("L")}Z`}function stretchPath(places,isAmong){let middles=places.
slice(1,-1),edges=[0,...middles.slice(1).map((x,i)=>(middles[i]+x)/2),1e3];return middles.map((_,i)=>isAmong(i)?`M${short2(edges[i])} 0H${short2(edges[i+1])}V10\
0H${short2(edges[i])}Z`:"").join("")}function stack(series){let low=new Float32Array(series[0]?.length??0);return series.toReversed().map(values=>{let under=low;
return low=values.map((value,i)=>under[i]+value),[under,low]}).reverse()}function wavePath(levels){let half3=level=>Math.max(2,level/2),upper=levels.map((level,x)=>`${x}\
 ${(128-half3(level)).toFixed(1)}H${x+1}`),lower=levels.map((level,x)=>`${x+1} ${(128+half3(level)).toFixed(1)}H${x}`).toReversed();return`M${upper.join("L")}L${lower.
join("L")}Z`}var Drawing=class{constructor(){this.root=svg("auralise-lines",`0 0 ${1e3} ${100}`),this.root.setAttribute("preserveAspectRatio","none")}set(shapes){let paths=[
...this.root.children];for(;paths.length<shapes.length;)paths.push(this.root.appendChild(paths[0].cloneNode()));paths.splice(Math.max(1,shapes.length)).forEach(
spare=>spare.remove()),paths.forEach((path,i)=>{let{d="",fill="none",line="none",dashed=!1}=shapes[i]??{};path.setAttribute("d",d),path.setAttribute("fill",fill),
path.setAttribute("stroke",line),path.toggleAttribute("data-dashed",dashed)})}};function strongest(values,{times,seconds,duration},most){let order=times.map((_,i)=>i).sort((one,other)=>values[other]-values[one]),found=[];for(let i of order){
if(!(values[i]>0)||found.length===most)break;let start=times[i];found.every(other=>Math.abs(start-other.start)>seconds-.001)&&found.push({start,end:Math.min(start+
seconds,duration),value:values[i]})}return found}var PLACES=5,TOUCH=.02,REASONS=/, (?=most |\d+-\d+ strong)/,MUCH=.5,nearest3=(places,start)=>places.reduce((best,one)=>Math.abs(one.start-start)<Math.abs(best-start)?
one.start:best,places[0].start);function next(places,value,direction){let starts=places.map(({start})=>start).sort((one,other)=>direction*(one-other));return starts.
find(start=>direction*(start-value)>=0)??starts[starts.length-1]}function following(places,start,duration){let later2=places.map(one=>one.start-start).filter(shift=>shift>
TOUCH&&shift<=duration+TOUCH);return later2.length?nearest3(places,start+Math.max(...later2)):null}function strongestHere(values,song,places){return places.map(
({start})=>({start,end:Math.min(start+song.seconds,song.duration),value:values[windowAt(song,start+song.seconds/2)]})).filter(({value})=>value>0).sort((one,other)=>other.
value-one.value)}var strongestOf=(values,song,places)=>places?strongestHere(values,song,places):strongest(values,song,PLACES),muchOf=moments=>moments.filter(({value})=>value>=
MUCH*moments[0].value);function hereWords(places,start){let why=places.find(one=>one.start===start)?.why;return`${fixed(start,1)} s${why?`: ${why.split(REASONS).
map(translated).join(", ")}`:""}`}var MOST2=6,DENSE=300,OTHERS="#8c8c8c",VEIL="color-mix(in srgb, var(--paper) 72%, transparent)",COLOURS=["#0072b2","#e69f00","#009e73","#cc79a7","#56b4e9","#d55\
e00","#f0e442"];function seriesOf(song,said){if(said==="tempo")return[];let all=song.classes.map((_,k)=>k),few=said==="classes"&&all.length<=COLOURS.length,shown=few?
all:topClasses(song,MOST2),found=shown.map((number,i)=>({name:song.classes[number],number,colour:COLOURS[i],values:probabilityOf(song,number)}));if(few||said===
"tags")return found;let rest=all.filter(k=>!shown.includes(k)).map(k=>probabilityOf(song,k));return[...found,{name:word("classes.others",{count:rest.length}),number:null,
colour:OTHERS,values:song.times.length?Float32Array.from(song.times,(_,i)=>rest.reduce((sum,values)=>sum+values[i],0)):new Float32Array}]}var valuesIn=(series,song)=>series.
map(({number})=>{if(number!==null)return probabilityOf(song,number);let own=series.flatMap(one=>one.number===null?[]:[probabilityOf(song,one.number)]);return Float32Array.
from(song.times,(_,i)=>Math.max(0,1-own.reduce((sum,values)=>sum+values[i],0)))});function drawClasses(song,before,said,series,alone){if(!song.times.length)return{
shapes:[],top:""};if(said==="tempo")return drawTempo(song,before);let places=placesOf(song),old=before&&valuesIn(series,before),[oldPlaces,one]=[before?placesOf(
before):[],series.findIndex(({name})=>name===alone)],nothing=new Float32Array(song.times.length),none2=stretchPath(places,i=>isNone(song,i)),veil=none2?[{d:none2,
fill:VEIL}]:[];if(one>=0&&series[one].number!==null){let{values,colour}=series[one],top=said==="tags"?roundTop([values,...old?[old[one]]:[]]):1;return{shapes:[...[
{d:areaPath(places,nothing,values,top),fill:colour}],...veil,...old?[outline(oldPlaces,old[one],top)]:[]],top:percent2(top)}}if(said==="tags"){let top=roundTop(
[...series.map(({values})=>values),...old??[]]);return{shapes:[...series.map(({values,colour})=>({d:linePath(places,values,top),line:colour})).reverse(),...(old??
[]).map((values,i)=>({...outline(oldPlaces,values,top),line:series[i].colour}))],top:percent2(top)}}let areas=stack(series.map(({values})=>values)).map(([low,high],i)=>({
d:areaPath(places,low,high),fill:series[i].colour,line:song.times.length>DENSE?"none":"var(--paper)"})),edges=old?stack(old).slice(1).map(([,high])=>outline(oldPlaces,
high,1)):[];return{shapes:[...areas,...veil,...edges],top:"100 %"}}var outline=(places,values,top)=>({d:linePath(places,values,top),line:"var(--ink)",dashed:!0}),
roundTop=all=>Math.min(1,Math.max(.1,Math.ceil(10*Math.max(...all.map(values=>Math.max(...Array.from(values)))))/10)),percent2=share=>`${Math.round(100*share)} \
%`,tempiOf=song=>likeliestClass(song).map(k=>parseFloat(song.classes[k]));function drawTempo(song,before){let tempi=tempiOf(song),old=before?tempiOf(before):[],
top=20*Math.ceil(1.1*Math.max(...tempi,...old)/20),now={d:linePath(placesOf(song),tempi,top),line:"var(--accent)"};return{shapes:before?[now,outline(placesOf(before),
old,top)]:[now],top:`${top} BPM`}}var LONG=120,CAPTIONS={classes:"song.classes",tags:"song.tags",tempo:"song.tempo"},captionOf=(said,untrained)=>{let caption=CAPTIONS[said];return caption?`${word(
caption)}${untrained?word("song.chance"):""}`:""},short3=value=>value===0?"0":local(value.toPrecision(3));function readoutWords(heard,time,{said,series,layer,feature}){
let lines=[`${fixed(time,1)} s`];if(!heard?.times.length)return lines.join(`
`);let i=windowAt(heard,time);lines[0]+=word("readout.window",{from:fixed(heard.times[i],1),to:fixed(Math.min(heard.times[i]+heard.seconds,heard.duration),1)}),
said==="tempo"&&lines.push(word("readout.tempo",{bpm:Math.round(tempiOf(heard)[i])})),isNone(heard,i)&&lines.push(word("none"));for(let{name,values}of series)lines.
push(`${name} ${percent(values[i])}`);let activity=activityOf(heard,layer,feature),most=Math.max(...activity);return lines.push(word("readout.activity",{feature:`${layer}\
-${feature}`,activity:short3(activity[i])})+(most>0?word("readout.peak",{share:percent(activity[i]/most)}):"")),lines.join(`
`)}function strongestWords(heard,moments,at){return heard?moments.length?at<0?word("places",{count:moments.length}):word("place.of",{at:at+1,count:moments.length,
seconds:fixed(moments[at].start,1)}):word("silent.song"):""}var hopWords=({hop=1,window})=>hop>Math.min(1,window/2)?word("song.hop",{seconds:local(+hop.toPrecision(
2))}):"",askWords=({duration,asks})=>asks?word("song.hear.minutes",{minutes:Math.round(duration/60)}):word("song.hear.all");function marksOf(duration){let unit=duration<
LONG?1:60;return ticks(0,duration/unit,1e3,90).map(mark=>mark*unit)}var clock=(seconds,duration)=>duration<LONG?`${local(+seconds.toFixed(1))} s`:`${Math.floor(
seconds/60)}:${`${Math.round(seconds%60)}`.padStart(2,"0")}`;var ActivityRow=class{layer=1;feature=0;#heard=null;#moments=[];#at=-1;#go;constructor(go){this.#go=go,this.ribbon=new Drawing,this.marks=make("div","auralise-s\
ong-marks",{"aria-hidden":"true"}),this.place=make("span","auralise-fact auralise-song-place",{"aria-live":"polite"}),this.strongest=button(word("strongest.tip"),
{text:word("strongest")});let caption=make("span","auralise-song-caption",{},word("activity")),row=make("div","auralise-song-row",{},this.ribbon.root,this.marks),
side2=make("div","auralise-quiet auralise-facts",{},this.place,this.strongest);this.parts=[caption,row,side2],this.strongest.addEventListener("click",()=>this.goToStrongest())}draw(heard,windows){
let values=heard?activityOf(heard,this.layer,this.feature):new Float32Array,most=Math.max(0,...values),shown=heard&&most>0;this.ribbon.set(shown?[{d:areaPath(placesOf(
heard),new Float32Array(values.length),values,most),fill:"var(--accent)"}]:[]),this.ribbon.root.dataset.feature=heard?`${this.layer}-${this.feature}`:"",this.#heard=
heard,this.#moments=heard?strongestOf(values,heard,windows):[],this.#at=-1,this.#showPlace()}goToStrongest(){this.#moments.length&&(this.#at=(this.#at+1)%this.#moments.
length,this.#showPlace(),this.#go(this.#moments[this.#at].start))}#showPlace(){let duration=this.#heard?.duration??1;this.marks.replaceChildren(...this.#moments.
map(({start,end},i)=>{let mark=make("i",i===this.#at?"auralise-on":"");return mark.style.left=`${50*(start+end)/duration}%`,mark})),this.place.textContent=strongestWords(
this.#heard,this.#moments,this.#at),this.strongest.disabled=!this.#moments.length}};var Legend=class{#series=[];#alone=null;#made="";#plays=!1;#on;constructor(on){this.#on=on,this.names=make("span","auralise-legend",{role:"group","aria-label":word(
"classes.song")}),this.hear=button(word("class.hear.tip"),{picture:"play",text:word("class.hear"),hidden:!0}),this.root=make("span","auralise-legend",{},this.names,
this.hear),this.hear.addEventListener("click",()=>{if(this.#plays)return on.quiet();let one=this.#series.find(({name})=>name===this.#alone);one&&on.hear(one)})}get alone(){
return this.#alone}set(series,tempo,none2){this.#series=series;let made=JSON.stringify(tempo?tempiOf(tempo):[...series.map(({name})=>name),none2]);made!==this.#made&&
(this.#made=made,this.#alone=null,this.names.replaceChildren(...tempo?[tempoWords(tempo)]:series.map(one=>this.#entry(one)),...none2?[noneEntry()]:[]),this.#show())}showPlan(words2){
this.#plays=!!words2,this.hear.setAttribute("aria-pressed",`${this.#plays}`),this.hear.lastChild.data=words2||word("class.hear")}showAll(){this.#alone!==null&&(this.#alone=
null,this.#show(),this.#on.alone())}#entry({name,number,colour}){let swatch=make("i","auralise-swatch",{"aria-hidden":"true"});if(swatch.style.background=colour,
number===null)return make("span","auralise-plain auralise-entry",{},swatch,name);let entry=make("button","auralise-plain auralise-entry",{type:"button",title:word(
"class.alone.tip",{name})},swatch,name);return entry.addEventListener("click",()=>{this.#on.quiet(),this.#alone=this.#alone===name?null:name,this.#show(),this.#on.
alone()}),entry}#show(){for(let entry of this.names.querySelectorAll("button"))entry.setAttribute("aria-pressed",`${entry.textContent===this.#alone}`);this.names.
classList.toggle("auralise-one",this.#alone!==null),this.hear.hidden=this.#alone===null,this.hear.title=word("class.hear.named.tip",{name:this.#alone??""})}},noneEntry=()=>make(
"span","auralise-plain auralise-entry",{title:word("none.tip")},make("i","auralise-swatch auralise-pale",{"aria-hidden":"true"}),word("none"));function tempoWords(song){
let tempi=tempiOf(song).sort((one,other)=>one-other),median=tempi[tempi.length>>1];return tempi.length?word("tempo.range",{low:Math.round(tempi[0]),high:Math.round(
tempi[tempi.length-1]),median:Math.round(median)}):""}var ClassRow=class{series=[];#said=null;#heard=null;#before=null;constructor(on){this.classes=new Drawing,this.top=make("span","auralise-song-top",{"aria-hidden":"\
true"}),this.legend=new Legend({alone:()=>this.#draw(),hear:series=>on.hear(series),quiet:()=>on.quiet()}),this.caption=make("span","auralise-song-caption");let row=make(
"div","auralise-song-row auralise-song-said",{},this.classes.root,this.top),side2=make("div","auralise-quiet auralise-facts",{},this.legend.root);this.parts=[this.
caption,row,side2]}set(said,untrained){this.#said=said;for(let node of this.parts)node.hidden=!said;this.caption.textContent=captionOf(said,untrained),this.caption.
title=untrained?word("untrained.tip"):""}setHeard(heard,before){[this.#heard,this.#before]=[heard,before],this.series=heard&&this.#said?seriesOf(heard,this.#said):
[],this.legend.set(this.series,heard&&this.#said==="tempo"?heard:null,!!heard?.times.some((_,i)=>isNone(heard,i))),this.#draw()}#draw(){let[heard,said]=[this.#heard,
this.#said],{shapes,top}=heard&&said?drawClasses(heard,this.#before,said,this.series,this.legend.alone):{shapes:[],top:""};this.classes.set(shapes),this.top.textContent=
top}};var Overlay=class{#duration=1;#window=0;constructor(id){this.input=make("input","",{type:"range",id,min:"0",step:"0.1"}),this.pane=make("i","auralise-pane",{"ar\
ia-hidden":"true"}),this.head=make("i","auralise-song-head",{"aria-hidden":"true"}),this.cross=make("i","auralise-song-cross",{"aria-hidden":"true"}),this.tip=make(
"p","auralise-song-tip",{"aria-hidden":"true"}),this.here=make("div","auralise-song-here",{"aria-hidden":"true"}),this.root=make("div","auralise-song",{},this.here,
this.cross,this.pane,this.head,this.input,this.tip)}set({duration,window,windows=[]},start){[this.#duration,this.#window]=[duration,window],Object.assign(this.input,
{max:Math.max(duration-window,0).toFixed(2),value:start});let frames=windows.map(one=>{let frame=make("i");return this.#surround(frame,one.start),frame});this.here.
replaceChildren(...frames)}move(start){this.input.valueAsNumber!==start&&(this.input.valueAsNumber=start),this.#surround(this.pane,start)}setPosition(seconds){this.
head.style.left=this.#percent(seconds)}point(time,words2=""){this.root.toggleAttribute("data-pointed",time!==null),time!==null&&(this.cross.style.left=this.#percent(
time),this.tip.textContent=words2,Object.assign(this.tip.style,time<this.#duration/2?{left:this.#percent(time),right:""}:{left:"",right:this.#percent(this.#duration-
time)}))}#surround(frame,start){Object.assign(frame.style,{left:this.#percent(start),width:`${Math.min(100,100*this.#window/this.#duration)}%`})}#percent(seconds){
return`${100*seconds/this.#duration}%`}};function listenToPointer(line,on){let{root:box,input}=line.overlay,held=null,moved=!1,moment2=event=>{let{left,width}=box.getBoundingClientRect();return clamp((event.
clientX-left)/width,0,1)*(line.song?.duration??0)},startAt=event=>line.legal(Math.round(10*(moment2(event)-(held??0)))/10);box.addEventListener("pointerdown",event=>{
if(event.button!==0||!line.song)return;let[at,start,{window}]=[moment2(event),input.valueAsNumber,line.song],inside2=at>=start&&at<=start+window;held=inside2?at-
start:window/2,moved=!inside2,box.setPointerCapture(event.pointerId),event.preventDefault(),input.focus({preventScroll:!0}),inside2||drag(event)});let drag=event=>{
moved=!0,line.move(startAt(event)),on.dragged(startAt(event))};box.addEventListener("pointermove",event=>{line.point(moment2(event)),held!==null&&event.movementX&&
drag(event)}),box.addEventListener("pointerup",event=>{if(held===null)return;moved||(held=(line.song?.window??0)/2);let to=startAt(event);line.move(to),on.changed(
to,!0),held=null}),box.addEventListener("pointercancel",()=>{held!==null&&on.changed(line.legal(input.valueAsNumber)),held=null}),box.addEventListener("pointerl\
eave",()=>line.point(null))}var Working=class{constructor(on){this.words=make("span","auralise-song-words"),this.bar=make("progress","auralise-progress",{"aria-label":word("song.hearing"),
max:"1",value:0}),this.toggle=button(word("song.hear.tip"),{text:word("song.hear"),className:"auralise-stop"}),this.root=make("p","auralise-song-working",{hidden:!0},
this.words,this.bar,this.toggle),this.toggle.addEventListener("click",()=>this.bar.hidden?on.ask():on.stop())}set(song,state){let{heard=null,progress=null,error=""}=state??
{};this.root.hidden=!song||!state||!!(heard&&!progress&&!error),this.root.classList.toggle("auralise-song-error",!!error),this.words.textContent=translated(error||
(progress?.words??"")),this.words.title=translated(error),this.bar.hidden=!progress,this.bar.value=progress?.share??0,this.toggle.textContent=progress?word("sto\
p"):error?word("again"):song?askWords(song):"",this.toggle.title=progress?word("song.stop.tip"):word("song.hear.long.tip")}};var TimeLine=class{#song=null;#state=null;#start=0;#frame=0;#on;constructor(id,on){this.#on=on,this.overlay=new Overlay(id),this.overview=svg("auralise-overview",
"0 0 1 1"),this.overview.setAttribute("preserveAspectRatio","none"),this.facts=make("span","auralise-fact"),this.count=make("span","auralise-fact auralise-song-\
count",{title:word("song.windows.tip")}),this.other=make("button","auralise-plain",{type:"button"}),this.classes=new ClassRow({hear:series=>this.#hear(series),quiet:()=>on.
quiet()}),this.activity=new ActivityRow(start=>this.#go(start)),this.axis=make("div","auralise-axis auralise-song-axis",{"aria-hidden":"true"}),this.hop=make("s\
pan","auralise-fact"),this.working=new Working(on);let wave=make("div","auralise-song-row",{},this.overview),quiet=(...parts)=>make("div","auralise-quiet aurali\
se-facts",{},...parts);this.hopSide=quiet(this.hop);let rows=[[make("label","",{for:id},word("start")),wave,quiet(this.facts,this.count,this.other)],this.classes.
parts,this.activity.parts,[this.axis,this.hopSide]];rows.forEach((parts,row)=>{for(let part of parts)part.style.setProperty("--row",`${row+1}`)}),this.root=make(
"div","auralise-chooser auralise-timeline",{hidden:!0},...rows.flat(),this.overlay.root,this.working.root);let{input}=this.overlay;this.other.addEventListener("\
click",()=>this.jump()),input.addEventListener("input",()=>this.#slide(input.valueAsNumber)),input.addEventListener("change",()=>on.changed(this.legal(input.valueAsNumber))),
listenToPointer(this,on)}get song(){return this.#song}get heard(){return this.#state?.heard??this.#state?.before??null}get windows(){return this.#song?.windows??
null}get alone(){return this.classes.legend.alone}set(song,start,untrained=!1){if(this.root.hidden=!song,this.root.classList.toggle("auralise-by-chance",untrained),
this.#song=song??null,this.#start=start,!song)return;this.overlay.set(song,start),this.#drawWave(song.asks&&this.heard?.wave||song.overview),this.classes.set(song.
said,untrained),this.#showAxis();let here=song.windows?.length;this.count.textContent=here?`· ${word(here===1?"song.window":"song.windows",{here})}`:"",this.move(
start)}get last(){return this.#song?Math.max(this.#song.duration-this.#song.window,0):0}legal(start){return this.windows?nearest3(this.windows,start):clamp(start,
0,this.last)}#slide(value){this.windows?this.#go(next(this.windows,value,value-this.#frame)):this.move(value)}setState(state){let other=state?.heard!==this.#state?.
heard||state?.before!==this.#state?.before;this.#state=state;let{heard}=this;this.working.set(this.#song,state),other&&(heard?.wave&&this.#song?.asks&&this.#drawWave(
heard.wave),this.classes.setHeard(heard,state?.heard?state.before:null),this.#drawActivity())}setFeature(layer,feature){layer===this.activity.layer&&feature===this.
activity.feature||(Object.assign(this.activity,{layer,feature}),this.#drawActivity())}setPosition(seconds){this.#song&&this.overlay.setPosition(seconds)}jump(){
let at=this.overlay.input.valueAsNumber,to=this.windows?.[0].start??(at>0?0:this.#song?.busiest??0);!this.#song||at===0&&to===0||this.#go(to)}goToStrongest(){this.
activity.goToStrongest()}showPlan(plan,at){this.classes.legend.showPlan(plan.length?word("place.of",{at:at+1,count:plan.length,seconds:fixed(plan[at].start,1)}):
"")}showAll(){this.classes.legend.showAll()}move(start){if(!this.#song)return;let{duration,window,busiest,windows}=this.#song;this.#frame=start,this.overlay.move(
start);let heard=word("song.heard",{from:fixed(this.#start,1),to:fixed(Math.min(this.#start+window,duration),1),duration:fixed(duration,1)});this.facts.textContent=
start===this.#start?heard:word("song.next",{heard,seconds:fixed(start,1)}),this.other.hidden=!!windows||start===0&&!(busiest>0),this.other.textContent=start>0?word(
"song.begin"):word("song.busiest"),this.other.title=start>0?word("song.begin.tip"):word("song.busiest.tip",{seconds:fixed(busiest??0,1)}),this.#describe()}point(time){
if(time===null||!this.#song)return this.overlay.point(null);let here=this.windows&&`
${word("song.here")} ${hereWords(this.windows,this.legal(time-this.#song.window/2))}`;this.overlay.point(time,readoutWords(this.heard,time,this.#shown)+(here??""))}#describe(){
let{window=0}=this.#song??{},[,...said]=readoutWords(this.heard,this.#frame+window/2,this.#shown).split(`
`),place2=this.windows?hereWords(this.windows,this.#frame):`${fixed(this.#frame,1)} s`;this.overlay.input.setAttribute("aria-valuetext",[place2,...said].join(",\
 "))}get#shown(){let{layer,feature}=this.activity;return{said:this.#song?.said,series:this.classes.series,layer,feature}}#go(start){let to=this.legal(start);this.
move(to),this.#on.changed(to)}#hear({values}){if(!this.heard)return;let moments=strongestOf(values,this.heard,this.windows);this.#on.hear(this.windows?muchOf(moments):
moments)}#drawWave(levels){this.overview.setAttribute("viewBox",`0 0 ${levels.length} 256`),this.overview.firstElementChild?.setAttribute("d",wavePath(levels))}#drawActivity(){
this.activity.draw(this.heard,this.windows),this.#describe()}#showAxis(){if(!this.#song)return;let{duration}=this.#song,marks=marksOf(duration).map(seconds=>{let mark=make(
"span","",{},clock(seconds,duration));return mark.style.left=`${100*seconds/duration}%`,mark});this.axis.replaceChildren(...marks),this.hop.textContent=hopWords(
this.#song),this.hopSide.hidden=!this.hop.textContent}};var TILE=[72,54],DWELL=90,Wall=class{#tiles=new Map;#painted=new Set;#source=null;#timer;#kept=null;#on;constructor(id,on){this.#on=on,this.order=labelledSelect(
word("wall.order"),`${id}-order`,[["interest",word("wall.interest")],["similar",word("wall.similar")],["number",word("sort.number")]],()=>this.#arrange()),this.
only=labelledSelect(word("wall.only"),`${id}-only`,[],()=>this.#arrange(),word("wall.only.tip")),this.grid=make("div","auralise-tiles",{role:"listbox","aria-lab\
el":word("features"),tabindex:"0","aria-orientation":"horizontal"}),this.note=make("p","auralise-quiet");let scale=make("span","auralise-quiet",{title:word("wal\
l.scale.tip")},word("wall.scale")),head=make("div","auralise-row",{},this.order.root,this.only.root,scale,this.note);this.root=make("section","auralise-wall",{"\
aria-label":word("wall.label"),hidden:!0},head,this.grid),this.grid.addEventListener("keydown",event=>this.#onKey(event)),this.grid.addEventListener("pointerlea\
ve",()=>this.#leave())}set(source,words2){if(this.note.textContent=words2,this.#source=source,this.#tiles.clear(),this.#painted.clear(),!source)return this.grid.
replaceChildren();this.order.select.options[0].text=source.by?word("wall.by",{by:source.by}):word("wall.interest"),this.#offer(source);for(let feature of source.
features)this.#tiles.set(feature,this.#tile(feature,source.survey));this.#arrange(),this.draw()}#offer({names,features}){let{select,fill}=this.only,here=(names??
[]).filter(({feature})=>features.includes(feature)).map(({name})=>name),before=select.value,each=[...new Set(here)].map(name=>[`=${name}`,word("wall.only.some",
{name:translated(name),count:here.filter(one=>one===name).length})]);fill(here.length?[["",word("wall.only.all",{count:features.length})],["named",word("wall.on\
ly.some",{name:word("wall.only.named"),count:here.length})],...each]:[]),[...select.options].some(({value})=>value===before)&&(select.value=before)}#has(feature){
let wanted=this.only.select.value,name=this.#source?.names?.find(one=>one.feature===feature)?.name;return!wanted||(wanted==="named"?name!==void 0:wanted===`=${name}`)}#tile(feature,survey){
let canvas=make("canvas","",{width:TILE[0],height:TILE[1],"aria-hidden":"true"}),silent=!!(survey&&survey.group[feature]<0),tile=make("div",`auralise-tile${silent?
" auralise-silent":""}${survey?"":" auralise-coming"}`,{role:"option",id:`${this.order.select.id}-${feature}`,"aria-selected":"false"},canvas,make("span","",{},
`${feature}`)),copied=survey?.copies[feature]??-1,[said,mark]=silent?[word("feature.spoken.silent",{k:feature}),word("silent")]:copied<0?[`${feature}`,""]:[word(
"feature.spoken.copy",{k:feature,copied}),`= ${copied}`];return tile.setAttribute("aria-label",said),mark&&tile.append(make("em","",{},mark)),tile.addEventListener(
"pointerenter",event=>event.pointerType!=="touch"&&this.#rest(feature)),tile.addEventListener("click",()=>this.#keep(feature)),tile}get features(){let{features,
survey,order:ranked}=this.#source??{features:[],survey:null,order:null},order=survey&&{interest:ranked,similar:survey.similar,number:null}[this.order.select.value];
return(order?order.filter(feature=>features.includes(feature)):features).filter(feature=>this.#has(feature))}mark(feature){for(let[one2,tile2]of this.#tiles)tile2.
setAttribute("aria-selected",`${one2===feature}`);let tile=this.#tiles.get(feature);if(!tile)return;this.grid.setAttribute("aria-activedescendant",tile.id);let[
one,all]=[tile,this.grid].map(node=>node.getBoundingClientRect());this.grid.scrollTop+=Math.max(0,one.bottom-all.bottom)+Math.min(0,one.top-all.top)}draw(){return this.#painted.
clear(),this.#paint()}fill(words2){return this.note.textContent=words2,this.#paint()}async#paint(){let source=this.#source;if(!(!source||this.root.hidden))for(let[
feature,tile]of this.#tiles){if(this.#painted.has(feature))continue;let found=source.picture(feature),levels=found instanceof Promise?await found.catch(()=>null):
found;if(source!==this.#source)return;levels&&(drawTile(tile.firstElementChild,levels,source),tile.classList.remove("auralise-coming"),this.#painted.add(feature))}}#arrange(){
let source=this.#source;if(!source)return;let features=this.features,tiles=features.map(feature=>this.#tiles.get(feature));this.grid.replaceChildren(...tiles);let group=this.
order.select.value==="similar"?source.survey?.group:null;features.forEach((feature,i)=>{let first=!!(group&&i>0&&group[feature]!==group[features[i-1]]);tiles[i].
classList.toggle("auralise-first",first),tiles[i].title=source.words(feature)})}#rest(feature){clearTimeout(this.#timer),this.#timer=setTimeout(()=>{this.#kept??=
this.#source?.now()??null,this.#on.show(feature)},DWELL)}#leave(){clearTimeout(this.#timer),this.#kept!==null&&this.#on.show(this.#kept),this.#kept=null}#keep(feature){
clearTimeout(this.#timer),this.#kept=null,this.#on.keep(feature)}#onKey(event){let{key,shiftKey}=event,order=this.features;if(shiftKey||!this.#source||!order.length)
return;let tiles=[...this.grid.children],columns=tiles.findIndex(tile=>tile.offsetTop>tiles[0].offsetTop),line=columns>0?columns:1,step={ArrowLeft:-1,ArrowRight:1,
ArrowUp:-line,ArrowDown:line}[key],at=order.indexOf(this.#source.now());if(key==="Enter")this.#keep(order[at]);else if(step)this.#on.show(order[clamp(at+step,0,
order.length-1)]);else return;event.preventDefault(),event.stopPropagation()}};function drawTile(canvas,levels,source){let image=new ImageData(...TILE);paintLoudest(
new Uint32Array(image.data.buffer),levels,source.facts,source.look(),TILE),brushOf(canvas).putImageData(image,0,0)}var WAITS="…",NONE="–",logit=change=>{let text2=change.toFixed(Math.abs(change)<100?2:0);return local(+text2==0?text2.replace("-",""):minus(`${change>0?"+":
""}${text2}`))};function effectKnown({name,why,none:none2=!1},found,k,live,muted=!1){let tip=word("effect.tip"),label2=name?word(none2?"effect.likeliest":"effec\
t.on",{name}):word("effect"),no=translated(why||(found?.why??""));if(no)return{label:label2,value:NONE,interval:no,mark:"",tip:word("effect.none.tip",{why:no})};
if(muted)return{label:label2,value:NONE,interval:word("effect.muted"),mark:"",tip:word("effect.muted.tip",{k,tip})};if(!found)return{label:label2,value:live?WAITS:
NONE,interval:live?word("effect.coming"):word("effect.absent"),mark:"",tip};let[mean,here]=[found.mean[k],found.here[k]],{low,high,windows}=found,ends=low&&high?
[low[k],high[k]]:null,values={k,name,mean:logit(mean),here:logit(here),low:logit(ends?.[0]??0),high:logit(ends?.[1]??0),windows,tip};return{label:label2,value:logit(
mean),interval:word(ends?"effect.interval":"effect.one",values),mark:sideOf(mean,ends),tip:word(ends?"effect.known.tip":"effect.one.tip",values)}}function sideOf(mean,ends){
return Math.abs(mean)<.005?word("effect.none"):ends&&ends[0]<0&&ends[1]>0?word("effect.maybe"):word(mean<0?"effect.for":"effect.against")}function likenessKnown({
survey,control},k,deck,comes=!0){let label2=deck?word("likeness.of",{deck}):word("likeness"),tip=word("likeness.tip");if(!survey)return{label:label2,value:comes?
WAITS:NONE,interval:"",mark:"",tip};if(survey.group[k]<0)return{label:label2,value:NONE,interval:word("silent.clip"),mark:"",tip};let own=survey.likeness[k],ends=survey.
likeness_interval?.[k],interval=ends?rangeWords(ends):"",below=control!=null&&own<control,range=survey.control_range,inside2=range&&own>=range[0]&&own<=range[1],
side2=control==null?[]:[word(below?"likeness.less":"likeness.more"),...range?[word(inside2?"likeness.inside":"likeness.outside")]:[]],known={label:label2,value:percent(
own),interval,mark:"",tip:[tip,...side2].join(" ")};return control==null?known:inside2?{...known,side:"same",mark:word("likeness.same")}:below?{...known,side:"l\
ess",mark:word("likeness.below")}:{...known,side:"more",mark:word("likeness.above")}}var rangeWords=([low,high])=>word("range.percent",{low:Math.round(100*low),
high:percent(high)});function controlKnown({survey,control},comes=!0){let label2=word("control");if(survey?.no_control)return{label:label2,value:word("control.n\
one"),interval:translated(survey.no_control),mark:"",tip:word("control.none.tip",{why:translated(survey.no_control)})};let tip=word("control.known.tip");if(control==
null)return{label:label2,value:comes?WAITS:NONE,interval:"",mark:"",tip};let range=survey?.control_range;return{label:label2,value:percent(control),interval:range?
rangeWords(range):"",mark:"",tip}}function showKernel(canvas,kernel){if(canvas.hidden=!kernel,!kernel)return;Object.assign(canvas,{width:kernel[0].length,height:kernel.length});let brush=brushOf(
canvas),most=Math.max(...kernel.flat().map(Math.abs))||1;kernel.forEach((row,freq)=>row.forEach((weight,time)=>{brush.fillStyle=diverging(weight/most),brush.fillRect(
time,kernel.length-1-freq,1,1)}));let spoken=kernel.toReversed().map(row=>row.map(w=>minus(fixed(w,2))).join(" ")).join("; ");canvas.setAttribute("aria-label",word(
"kernel.spoken",{values:spoken})),canvas.title=`${word("kernel.tip")}
${spoken.replaceAll("; ",`
`)}`}var layerFacts=(facts,number)=>facts.layers[clamp(number,1,facts.layers.length)-1],featuresOf=({features,available})=>available??Array.from({length:features},(_,k)=>k),
namesOf2=(facts,number)=>facts.takes[0].untrained?null:layerFacts(facts,number).names??null,bankNow=({store,facts})=>store.get("facts")===facts?store.bank():null,
fillingNow=({store,facts})=>store.get("facts")===facts?store.filling?.()??null:null;function ranking(scene){let{store,facts}=scene,effects=store.get("facts")===
facts?store.effects?.():null;return store.get("order")!=="effect"||!facts?.effect||effects?.why?{order:bankNow(scene)?.survey.order??null,by:""}:{order:effects?.
order??null,by:word("order.effect",{name:facts.effect.name})}}function interesting(scene){let survey=bankNow(scene)?.survey;if(!scene.facts||!survey)return[];let{
available,features}=layerFacts(scene.facts,scene.store.get("layer"));return(ranking(scene).order??[]).filter(k=>survey.group[k]>=0&&(available?available.includes(
k):k<features))}var ownTakes=({takes})=>takes.filter(({control})=>!control);function pending({facts,store,running}){return Object.entries(facts?.live&&facts.chosen||
{}).filter(([name,value])=>store.get(name)!==value&&!(name==="start"&&running.smooth)).map(([name])=>[name,store.get(name)])}var soundOf=(bytes,{scale,gain_db=0},{
codec,sample_rate})=>({bytes,codec,rate:sample_rate,scale:scale??1,gain_db}),soundsOf=(facts,sources,items)=>Object.fromEntries(facts.rows.map(({deck,kind,take})=>{
let{sound}=kind==="source"?sources[take]:items[take];return[deck,soundOf(sound,kind==="source"?{scale:facts.takes[take].source_scale}:items[take].shown,facts)]}));function showSong({store,facts,line}){if(!facts||store.get("facts")!==facts)return;let state=line.song?store.song?.()??null:null;line.setState(state&&store.host?
withReason(state):state),showRibbon({store,line})}function withReason({progress,...state}){return{...state,progress:progress?.words&&!progress.share?{...progress,
words:word("song.after",{words:translated(progress.words)})}:progress}}function showRibbon({store,line}){line.setFeature(store.get("layer"),store.get("feature"))}var extentWords=({ms,hz})=>`${amount(ms,"ms","s")} × ${amount(hz,"Hz","kHz")}`;function layerWords(layer){let sees=word("layer.facts",{sees:layer.sees?extentWords(
layer.sees):word("sees.whole")}),{seconds=null,hz=null}=stepsOf(layer)??{},steps=[seconds===null?"":amount(1e3*seconds,"ms","s"),hz===null?"":amount(hz,"Hz","kH\
z")].filter(Boolean);return steps.length?`${sees},
${word("layer.steps",{steps:steps.join(" × ")})}`:sees}var CELLS={freq:"layer.rows",time:"layer.columns"},layerTip=({sees,axes=["freq","time"],map,reported})=>[
word("layer.tip",{sees:sees?word("sees.part",{extent:extentWords(sees)}):word("sees.all"),map:axes.map((axis,i)=>word(CELLS[axis],{count:map[i]})).join(word("an\
d"))}),...reported?[word("layer.reported",{extent:extentWords(reported)})]:[]].join(`
`),TIMES=[[2e3,"about.time.phrase"],[600,"about.time.notes"],[150,"about.time.note"],[0,"about.time.moment"]],BANDS=[[2500,"about.band.most"],[600,"about.band.c\
hord"],[150,"about.band.few"],[0,"about.band.one"]];function aboutWords({sees,axes=["freq","time"]},number){if(!sees)return word("about.whole",{layer:number});let[
,time]=TIMES.find(([least])=>sees.ms>=least)??TIMES[3],[,band]=BANDS.find(([least])=>sees.hz>=least)??BANDS[3];return word("about.layer",{layer:number,time:word(
time),band:word(axes.includes("freq")?band:"about.band.all")})}function featureWords(survey,k,control){if(survey.group[k]<0)return word("feature.silent",{k});let alike=survey.group.filter(group=>group===survey.group[k]).length-
1,against=control!=null?word("feature.against",{control:percent(control)}):survey.no_control?word("feature.uncontrolled"):"";return[word("feature.known",{k,energy:fixed(
100*survey.energy[k],1),mean:fixed(100/survey.energy.length,1),likeness:percent(survey.likeness[k]),against}),survey.interest[k]>0?word(survey.no_control?"featu\
re.strong":"feature.beyond"):"",word("feature.group",{sparseness:fixed(survey.sparseness[k],2),group:survey.group[k]+1,alike}),survey.twin[k]<0?"":word("feature\
.twin",{twin:survey.twin[k],r:fixed(survey.redundancy[k],2)}),survey.copies[k]<0?"":word("feature.copy")].join("")}function nameWords(found,layer,k){let feature=`${layer}\
-${k}`;if(!found)return word("name.none",{feature});let name=translated(found.name);return found.auc===null?word("name.own",{feature,name}):word("name.known",{feature,
name,auc:fixed(found.auc,2)})}var nameTip=found=>word(found?found.auc===null?"name.own.tip":"name.known.tip":"name.none.tip",{percent:percent(found?.auc??0)});function rankWords(survey,k,count,{
order,by}={order:survey?.order??null,by:""}){if(survey&&survey.group[k]<0)return word("silent.here");if(!survey||!order?.includes(k))return count;if(by)return word(
"rank.by",{rank:order.indexOf(k)+1,count:order.length,by});if(!survey.order)return count;let place2={rank:survey.order.indexOf(k)+1,count:survey.order.length};if(survey.
no_control)return word("rank.energy",place2);let first=survey.interest.filter(one=>one>0).length;return word(first>1?"rank.many":first?"rank.one":"rank.none",{...place2,
first})}function wallWords(bank,features,layer){if(!bank)return word("wall.waits");let groups=features.map(k=>bank.survey.group[k]).filter(group=>group>=0),{alike,
verdict}=bank.survey;return word("wall.known",{layer,here:groups.length,all:features.length,groups:new Set(groups).size,alike:local(alike),verdict:translated(verdict)})}
function fillingWords(coming,features,layer){let here=features.filter(k=>coming.has(k)).length;return word(here<features.length?"wall.filling":"wall.ranking",{layer,
here,all:features.length})}function levelWords({gain_db,limited_db,silent,matched,note},raw){return silent?word("silent"):matched?raw?word("level.own",{gain:signed(
-gain_db)}):limited_db>=.05?word("level.limited",{gain:signed(gain_db),limited:fixed(limited_db,1)}):word("level.gain",{gain:signed(gain_db)}):word("level.not",
{note:translated(note)})}function levelTip({scale_db,gain_db,limited_db,picture_db}){return[[scale_db,word("level.scale")],[gain_db,word("level.loudness")],[limited_db&&
-limited_db,word("level.held")],[picture_db,word("level.picture")]].filter(([db])=>Math.abs(db)>=.05).map(([db,what])=>`${signed(db)}: ${what}`).join(`
`)}function pendingWords(pending2,chosen){let all=pending2.map(([name,value])=>{if(typeof value=="number")return word("loading.start",{seconds:fixed(value,1)});
let common=`${chosen[name]}, `;return translated(value.startsWith(common)?value.slice(common.length):value)});return all.length?word("loading",{what:all.join(",\
 ")}):""}function rowName({rows,takes},{kind,take}){let several=rows.filter(row=>row.kind==="source").length>1,{name,clip}=takes[take];return kind==="source"?several?
clip:word("source"):name&&!several?translated(name):word("row.feature")}function fileName({takes},{kind,take},shown){let{clip,name,rule}=takes[take],which=kind===
"source"?["source"]:[`feature-${shown.layer}-${shown.feature}`,rule??(name===clip?"":name)];return[clip,...which].filter(Boolean).join("-").replace(/[^\p{L}\p{N}-]+/gu,
"_")}var cannotDecode=(kind,shown)=>kind==="source"?word("sound.failed.source"):word("sound.failed.feature",{feature:`${shown?.layer}-${shown?.feature}`});function showAsked(scene){let{facts,store,ui,boxes,layer,feature,wall,heat}=scene;if(!facts)return;let number=clamp(store.get("layer"),1,facts.layers.length),known=layerFacts(
facts,number),{features,available,kernels}=known;layer.setValue(number,`${number}, ${known.name}`),layer.facts.textContent=layerWords(known),layer.facts.title=layerTip(
known),ui.about.textContent=aboutWords(known,number),boxes.setLayer(known,word("box.layer",{layer:number}));let some=available&&available.length<features?available:
[];feature.setRange(0,features-1,some.map(value=>[value,""]),["0",`${features-1}`]);let asked=clamp(store.get("feature"),0,features-1);showRank(scene,asked,some.
length?word("features.here",{here:some.length,all:features}):word("features.all",{all:features}));let names=namesOf2(facts,number),found=names?.find(one=>one.feature===
asked);ui.named.hidden=!facts.layers.some(one=>one.names),ui.named.textContent=names?nameWords(found,number,asked):"",ui.named.title=names?nameTip(found):"",showKernel(
ui.kernel,kernels?.[asked]);for(let name of["rule","resynthesis","position"])ui.view.method[name].select.value=store.get(name);ui.view.order.select.value=store.
get("order")??"interest",scene.more.look(),wall.mark(asked),heat.mark(asked),showRibbon(scene),showPending(scene)}function showRank(scene,asked,count){let{facts,
feature,figures,store,ui}=scene,bank=bankNow(scene),{survey,control}=bank??{},silent=survey!==void 0&&survey.group[asked]<0;feature.setValue(asked,silent?word("\
feature.spoken.silent",{k:asked}):`${asked}`,silent),feature.facts.textContent=rankWords(survey,asked,count,ranking(scene));let verdict=survey?.order?.includes(
asked)?`
${word("layer.verdict",{verdict:translated(survey.verdict)})}`:"";feature.facts.title=survey?`${featureWords(survey,asked,control)}${verdict}`:"";let walk=interesting(
scene),step=walk.indexOf(asked);ui.previous.disabled=!walk.length||step===0,ui.next.disabled=!walk.length||step===walk.length-1,ui.previous.hidden=ui.next.hidden=
figures.root.hidden=!!facts?.still;let surveyed=facts&&ownTakes(facts).length>1?facts.rows.find(({kind})=>kind==="feature"):null,effects=store.get("facts")===facts&&
store.effects?.()||null,muted=facts?.muted?.some(([layer,k,gain])=>layer===store.get("layer")&&k===asked&&gain===0),lost=!!store.gone?.();figures.show([facts?.effect&&
(effects||facts.live||facts.effect.why)?effectKnown({...facts.effect,none:!!facts.takes[0].none},effects,asked,!!facts.live&&!lost,muted):null,likenessKnown(bank??
{},asked,surveyed?surveyed.deck.toUpperCase():"",!lost),controlKnown(bank??{},!lost)])}function showPending(scene){let{facts,store,ui,figure,root:root2,shown}=scene;
if(!facts)return;let asked=askedOf(store),other=facts.live&&shown?.revision!==revisionOf(facts,asked.layer),late=!store.get("error")&&(other||!sameAsked(shown,asked)),
waits=pending(scene).length>0;root2.classList.toggle("auralise-pending",waits),root2.setAttribute("aria-busy",`${waits}`);for(let row of figure.rows)row.root.classList.
toggle("auralise-late",!waits&&late&&row.kind==="feature");let heard=facts.chosen??{};ui.title.model.select.value=`${heard.model??""}`,ui.title.clip.select.value=
`${heard.clip??""}`,ui.title.choices.show(trait=>heard[trait]),showStatus(scene)}function showStatus(scene){let{store,ui,facts,said}=scene,coming=facts?.control?.
shown===!1&&store.get("control")&&word("control.coming"),words2=pendingWords(pending(scene),facts?.chosen??{})||coming||said||translated(store.get("status")??"");
ui.status.textContent!==words2&&(ui.status.textContent=words2)}function say(scene,words2,lasts=!1){scene.said=words2,showStatus(scene),clearTimeout(scene.saying),
scene.saying=words2&&!lasts?setTimeout(()=>say(scene,""),4e3):void 0}function hush(scene){scene.said&&scene.saying===void 0&&say(scene,"")}function showError(scene){
let{store,ui,unheard,refused:refused2}=scene,here=plainError(store.get("error")??"")||Object.values(unheard).find(Boolean)||"",message=[...new Set([here,...refused2])].
filter(Boolean).map(translated).join(`
`);ui.error.hidden=!message,ui.errorText.textContent=message,showPending(scene)}function soundFailed(scene,deck,failed=!0){let message=failed?cannotDecode(scene.
facts?.rows.find(row=>row.deck===deck)?.kind,scene.shown):"";(scene.unheard[deck]??"")!==message&&(scene.unheard[deck]=message,showError(scene))}function dismiss(scene){
scene.unheard={},scene.refused=[],scene.store.get("error")&&scene.store.set("error",""),showError(scene)}function bringControl(scene){let{facts,store}=scene;if(!(!facts?.control||facts.control.shown)){if(!facts.live)return say(scene,word("control.absent"));if(facts.
control.why)return say(scene,word("control.refused",{why:translated(facts.control.why)}));scene.awaited="c",store.set("control",!0),showPending(scene)}}function leaveControl({
facts,store}){facts?.live&&facts.control?.shown&&store.set("control",!1)}function hear(scene,deck){scene.awaited="",scene.player.hear(deck)}function hearAwaited(scene){
let{awaited,player,store}=scene;player.decks.includes(awaited)?hear(scene,awaited):store.get("control")||(scene.awaited="")}var isControl=({takes},{take})=>!!takes[take].
control,controlRowTip=control=>word("control.tip",{seed:control?.seed==null?"":word("control.seed",{seed:control.seed})});function snap(allowed,value,direction){let ordered=allowed.toSorted((one,other)=>direction*(one-other));return ordered.find(one=>direction*(one-value)>=0)??ordered[ordered.
length-1]}var legalFeature=({features,available},value,direction)=>available?snap(available,value,direction):clamp(value,0,features-1),openLayers=facts=>facts.layers.
flatMap(({available},i)=>available?.length===0?[]:[i+1]);function showDecks(scene){let{facts,ui,line,player}=scene;if(!facts)return;let{heard}=ui.transport,focused=heard.querySelector(":focus")!==null,halves=facts.rows.
map(row=>half2(scene,row.deck,rowName(facts,row),isControl(facts,row)?controlRowTip(facts.control):"")),{shown,why}=facts.control??{shown:!1,why:"no such row"};
facts.live&&shown?halves.push(ui.transport.leave):facts.live&&!why&&halves.push(half2(scene,"c",word("control.name"),controlRowTip(facts.control))),heard.replaceChildren(
...halves),scene.radios=[...heard.querySelectorAll("input")],focused&&scene.radios.find(({value})=>value===(scene.awaited||player.heard))?.focus();let there={layers:openLayers(
facts).length>1,places:!line.root.hidden,control:facts.live&&!why,mute:canMute(facts),marks:scene.marks.marking!==null};showKeys(ui.keys,facts.rows.map(({deck})=>deck),
there)}function half2(scene,deck,name,tip){let radio=make("input","",{type:"radio",name:`${scene.id}-heard`,value:deck,id:`${scene.id}-${deck}`}),label2=make("l\
abel","",{for:radio.id,...tip&&{title:tip}},make("b","",{},deck.toUpperCase()),` ${name}`);return radio.addEventListener("change",()=>{if(scene.player.decks.includes(
deck))return hear(scene,deck);bringControl(scene),showSound(scene)}),make("span","",{},radio,label2)}function showSound(scene){let{facts,ui,player,figure,root:root2,
radios}=scene,{playing,heard,loop,region}=player;root2.classList.toggle("auralise-playing",playing),ui.transport.play.setAttribute("aria-label",playing?word("pa\
use"):word("play")),ui.transport.play.title=playing?word("pause.tip"):word("play.tip"),ui.transport.loop.setAttribute("aria-pressed",`${loop}`),ui.transport.loopText.
data=region?word("loop.region",{seconds:fixed(region[1]-region[0],2)}):word("loop");for(let radio of radios)radio.checked=radio.value===heard;for(let row of figure.
rows)row.root.classList.toggle("auralise-heard",row.deck===heard);player.blocked?setTimeout(()=>ui.enable.hidden=!player.blocked,300):ui.enable.hidden=!0,facts&&
figure.setRegion(region),showLevel(scene),showPosition(scene),scene.running.look(),ui.transport.loop.title=scene.line.song&&!region?word("loop.song"):word("loop\
.tip"),playing&&!scene.frame&&(scene.frame=requestAnimationFrame(()=>follow(scene)))}function follow(scene){scene.frame=scene.player.playing?requestAnimationFrame(
()=>follow(scene)):0,showPosition(scene)}function showPosition({facts,player,figure,line,ui}){if(!facts)return;let now=player.position();figure.setPosition(now,
player.playing),line.setPosition(facts.start+now);let text2=`${fixed(facts.start+now,2)} / ${fixed(facts.start+facts.duration,2)} s`;ui.transport.time.textContent!==
text2&&(ui.transport.time.textContent=text2)}function showLevel({facts,shown,player,ui}){let features=facts?.rows.filter(({kind})=>kind==="feature")??[],row=features.
find(({deck})=>deck===player.heard)??features.findLast(one=>facts&&!isControl(facts,one)),item=row&&shown?.takes[row.take]?.shown;item&&(ui.transport.level.textContent=
levelWords(item,player.raw),ui.transport.level.title=levelTip(item))}var LEAST2=.6,AROUND=.05;function showStrongest(scene){let{facts,shown,figure,boxes,player}=scene;if(!facts||!shown)return;let layer=layerFacts(facts,shown.layer),
boxOf2=({cell:cell2,silent})=>cell2&&!silent?fieldOf(layer,cell2):null,found=new Map;for(let{deck,take,kind}of facts.rows){let box=boxOf2(shown.takes[take].shown);
box&&found.set(figure.row(deck),{box,words:word(kind==="source"?"box.source":"box.strongest",{feature:`${shown.layer}-${shown.feature}`})})}boxes.setStrongest(found);
let own=facts.rows.find(({kind})=>kind==="feature"),stretch=own&&boxOf2(shown.takes[own.take].shown)?.stretch,region=stretch?around(stretch,facts.duration):null,
before=scene.looped;scene.looped=region,same2(player.region,before)&&(region&&!before&&!player.loop&&player.setLoop(!0),same2(region,before)||player.setRegion(region),
scene.looped=player.region)}function around([from,to],duration){let half3=Math.max(LEAST2,to-from+2*AROUND)/2,middle=clamp((from+to)/2,Math.min(half3,duration/2),
Math.max(duration-half3,duration/2));return[Math.max(0,middle-half3),Math.min(duration,middle+half3)]}var same2=(one,other)=>one?.[0]===other?.[0]&&one?.[1]===other?.[1];function sameSources({store,sources}){let[next2,{takes,rows}]=[store.sources(),store.get("facts")];return rows.filter(({kind})=>kind==="source").every(({take})=>{
let[one,other]=[next2?.[take],sources?.[take]];return one&&other&&takes[take].source_scale===other.scale&&sameBytes(one.sound,other.sound)})}function showSources(scene){
let{store,facts,figure,player}=scene,given=store.sources();if(!facts||store.get("facts")!==facts||!given)return;let same3=player.laid.a&&sameSources(scene);scene.
sources=given.map((one,i)=>({...one,scale:facts.takes[i].source_scale}));let several=facts.rows.filter(({kind})=>kind==="source").length>1;for(let{deck,kind,take}of facts.
rows){let source=scene.sources[take];if(kind!=="source"||!source)continue;let row=figure.row(deck);row.show(source.pixels,facts),row.name.textContent=several?word(
"source.of",{clip:facts.takes[take].clip}):word("source"),same3||player.load(deck,soundOf(source.sound,source,facts)),soundFailed(scene,deck,!1),figure.draw(row)}}
function showCurrent(scene){let{store,facts,figure,player,root:root2}=scene,shown=store.current();if(!facts||store.get("facts")!==facts||shown?.takes.length!==facts.
takes.length)return;scene.shown=shown;let rows=facts.rows.filter(({kind})=>kind==="feature");for(let{deck,take}of rows){let row=figure.row(deck),{pixels,sound,shown:item}=shown.
takes[take];row.show(pixels,facts),row.remark.textContent=item.silent?translated(item.note)||word("silent.clip"):"",player.load(deck,soundOf(sound,item,facts)),
soundFailed(scene,deck,!1),figure.draw(row)}showCaptions(scene),showStrongest(scene);for(let near of store.near?.()??[])player.prepare(rows.map(({take})=>soundOf(
near[take].sound,near[take].shown,facts)));for(let name of ASKED)root2.dataset[name]=`${shown[name]}`;root2.dataset.revision=`${shown.revision??""}`,showLevel(scene),
showPending(scene)}function showCaptions({facts,figure,shown}){if(!(!facts||!shown))for(let{deck,kind,take}of facts.rows){if(kind!=="feature")continue;let{name,
rule}=facts.takes[take],how=name&&name!==rule?`, ${translated(name)}`:"",mark=take?"":mutedMark(facts.muted,shown.layer,shown.feature);figure.row(deck).name.textContent=
word("feature.caption",{feature:`${shown.layer}-${shown.feature}`,rule:`${rule??shown.rule}${how}${mark}`})}}function showBank(scene){let{store,facts,figure,wall}=scene;
if(!facts)return;let found=bankNow(scene),{order,by}=ranking(scene),bank=order?found:null,coming=bank?null:fillingNow(scene),layer=store.get("layer"),features=featuresOf(
layerFacts(facts,layer)),source=(bank||coming)&&{features,order:order??features,by,survey:bank?.survey??null,picture:bank?.picture??(k=>coming?.has(k)?coming.picture(
k):null),facts,look:()=>({frequency:figure.frequency,colours:levelColours(figure.look.map,facts.db_range,figure.look.range)}),now:()=>store.get("feature"),names:namesOf2(
facts,layer),words:k=>bank?featureWords(bank.survey,k,bank.control):word("feature.number",{k})};wall.set(source,coming?fillingWords(coming,features,layer):wallWords(
bank,features,layer)),scene.filling=coming,showAsked(scene)}function showFilling(scene){let{store,facts,wall}=scene,coming=fillingNow(scene);if(!facts||!coming||
bankNow(scene)&&ranking(scene).order)return;if(scene.filling!==coming)return showBank(scene);let layer=store.get("layer");wall.fill(fillingWords(coming,featuresOf(
layerFacts(facts,layer)),layer))}function showAttributes({store,facts,heat}){if(!facts?.attributes)return;let layer=store.get("layer"),{features,available}=layerFacts(
facts,layer);heat.set({layer,features,available,facts:facts.attributes,found:store.attributes()}),heat.setProgress(store.attributesProgress?.()??null,facts.live),
heat.mark(store.get("feature"))}function showProgress({store,ui}){let share=store.progress?.()??null;ui.working.classList.toggle("auralise-on",share!==null),share!==
null&&(ui.progress.value=share)}function setFeature(scene,value){value!==scene.store.get("feature")&&scene.store.set("feature",value),showAsked(scene)}function showFeature(scene,value){let{facts,
store}=scene;facts&&legalFeature(layerFacts(facts,store.get("layer")),value,1)===value&&setFeature(scene,value)}function askFeature(scene,value){let{facts,store}=scene;
facts&&setFeature(scene,legalFeature(layerFacts(facts,store.get("layer")),value,value<store.get("feature")?-1:1))}function askLayer(scene,value){let{facts,store}=scene;
if(!facts)return;let[layer,feature]=[store.get("layer"),store.get("feature")],next2=snap(openLayers(facts),value,value<layer?-1:1),legal=legalFeature(layerFacts(
facts,next2),feature,1);next2!==layer&&store.set("layer",next2),legal!==feature&&store.set("feature",legal),showAsked(scene)}function askInteresting(scene,step){
let order=interesting(scene),at=order.indexOf(scene.store.get("feature"));order.length&&setFeature(scene,order[at<0?0:clamp(at+step,0,order.length-1)])}function keepFeature(scene,value){
setFeature(scene,value),scene.figure.root.scrollIntoView({block:"nearest"})}async function arrive(scene){let{store,facts,player}=scene,given=store.get("facts");if(!(!given?.layers?.length||given===facts)){if(facts&&given.revision===facts.
revision)return showEdited(scene,given);if(facts){let next2=store.current();if(!next2||next2.revision!==revisionOf(given,next2.layer)||(player.playing&&await player.
prepare(Object.values(soundsOf(given,store.sources()??[],next2.takes))),scene.closed||given!==store.get("facts")||given===scene.facts))return}showFacts(scene,given)}}
function showFacts(scene,facts){let{ui,root:root2,layer,player,figure,facts:before}=scene,place2=scene.running.arrived(facts),goesOn=before&&facts.duration===before.
duration&&(sameWindow(facts,before)||facts.steady||sameSources(scene));scene.facts=facts;let first=facts.takes[0];root2.setAttribute("aria-label",`${translated(
facts.kind??"")||word("explorer")}, ${facts.title??`${first.model} / ${first.clip}`}`),showTitle(ui.title,facts,{records:!!scene.store.host,page:!!scene.store.get(
"page")}),showStart(scene);let open=openLayers(facts),last=facts.layers.length;layer.setRange(1,last,facts.layers.map((_,i)=>[i+1,last>12?"":`${i+1}`,!open.includes(
i+1)]));let{rule,resynthesis,position}=ui.view.method;rule.fill(optionsOf(facts.live&&!facts.takes.every(take=>take.rule)?facts.rules:[])),resynthesis.fill(facts.
live?facts.resyntheses.map(name=>[name,translated(name)]):[]),position.fill(facts.live?facts.positions.map(name=>[name,translated(name)]):[]),ui.transport.wall.
hidden=!!facts.still,showOrders(scene),showNotes(scene),ui.view.copy.hidden=!(scene.store.host?.link()||facts.call||facts.no_call);let decks=facts.rows.map(({deck})=>deck),
moves=!goesOn&&movesOn(scene,before,place2);goesOn?player.setDecks(decks):moves||player.reset(facts.duration,decks),showDecks(scene),!before&&facts.scale&&(ui.view.
scale.select.value=facts.scale,figure.setLook({scale:facts.scale})),figure.setFacts(facts),showSources(scene),showCurrent(scene),showBank(scene),showAttributes(
scene),showMuted(scene),showSong(scene),hearAwaited(scene),showSound(scene),scene.marks.arrived(),facts.start!==before?.start&&scene.running.shown(!!(moves||goesOn))}
function movesOn(scene,before,place2){let{facts,store,player}=scene,[sources,shown]=[store.sources(),store.current()];return!facts?.song||before?.chosen?.clip!==
facts.chosen?.clip||before?.rows.length!==facts.rows.length||!sources||!shown||Math.abs(facts.duration-before.duration)>.01||!player.move(soundsOf(facts,sources,
shown.takes),place2)?!1:(scene.sources=sources.map((one,i)=>({...one,scale:facts.takes[i].source_scale})),!0)}var sameWindow=(one,other)=>one.revision===other.revision||
one.chosen!==void 0&&JSON.stringify(one.chosen)===JSON.stringify(other.chosen);function showEdited(scene,facts){scene.facts=scene.figure.facts=facts,showTitle(scene.
ui.title,facts,{records:!!scene.store.host,page:!!scene.store.get("page")}),showStart(scene),showOrders(scene),showNotes(scene),showCaptions(scene),showBank(scene),
showMuted(scene),showSong(scene)}function showOrders({facts,ui}){let{live,effect}=facts??{};ui.view.order.fill(live&&effect&&!effect.why?[["interest",word("orde\
r.interest")],["effect",word("order.effect",{name:effect.name})]]:[])}function showNotes({facts,ui}){ui.notes.textContent=(facts?.notes??[]).map(translated).join(
"  ·  "),ui.notes.hidden=!ui.notes.textContent}function showStart({facts,line}){let song=facts?.live||facts?.song?.windows?facts.song:null;line.set(song,Number(
facts?.chosen?.start??0),!!facts?.takes[0].untrained)}function showChosen(scene){scene.facts&&(scene.store.get("start")===scene.facts.chosen?.start&&(scene.running.
refused(),showStart(scene)),showPending(scene))}function toggleWall(scene,open=scene.wall.root.hidden){let{wall,ui,store}=scene;wall.root.hidden=!open,ui.transport.wall.setAttribute("aria-pressed",`${open}`),
open&&store.wantBank?.(!0),placeWall(scene),wall.draw()}var WIDE=1300;function placeWall({root:root2,stand,ui,wall}){let beside=!wall.root.hidden&&root2.clientWidth>=
WIDE;if(stand.classList.toggle("auralise-beside",beside),beside===stand.contains(wall.root))return;let focused=root2.getRootNode().activeElement,{scrollTop}=wall.
grid;beside?stand.append(wall.root):ui.keys.before(wall.root),wall.grid.scrollTop=scrollTop,focused instanceof HTMLElement&&wall.root.contains(focused)&&focused.
focus({preventScroll:!0})}function setLook({figure,wall},look){figure.setLook(look),wall.draw()}function listenForLooks(scene){let{figure,ui:{transport:transport2,
view}}=scene;view.scale.select.addEventListener("change",()=>setLook(scene,{scale:view.scale.select.value})),view.range.select.addEventListener("change",()=>setLook(
scene,{range:[-view.range.select.value,0]})),view.map.select.addEventListener("change",()=>setLook(scene,{map:view.map.select.value}));for(let{node,axis,step}of view.
zooms)node.addEventListener("click",()=>figure.zoom(axis,step));view.whole.addEventListener("click",()=>figure.showWhole()),transport2.wall.addEventListener("cl\
ick",()=>toggleWall(scene))}var loopFrom=({player})=>player.setRegion([player.position(),Math.max(player.region?.[1]??player.duration,player.position()+SHORTEST_REGION)]),loopTo=({player})=>player.
setRegion([Math.min(player.region?.[0]??0,player.position()-SHORTEST_REGION),player.position()]),loopAll=({player})=>player.setRegion(null),ACTIONS={" ":({player})=>player.
toggle(),ArrowLeft:scene=>askFeature(scene,scene.store.get("feature")-1),ArrowRight:scene=>askFeature(scene,scene.store.get("feature")+1),p:scene=>askInteresting(
scene,-1),n:scene=>askInteresting(scene,1),m:scene=>toggleMute(scene),k:({marks})=>marks.markThis(),l:({player})=>player.setLoop(!player.loop),i:loopFrom,o:loopTo,
x:loopAll,"[":loopFrom,"]":loopTo,"\\":loopAll,"+":({figure})=>figure.zoom("time",1),"=":({figure})=>figure.zoom("time",1),"-":({figure})=>figure.zoom("time",-1),
0:({figure})=>figure.showWhole(),c:bringControl,w:scene=>scene.facts?.still||toggleWall(scene),s:({line})=>line.jump(),t:({line})=>line.goToStrongest(),Escape:({
part,line,running})=>part.on?part.set(!1):(running.quiet(),line.showAll()),Home:({player})=>player.seek(player.region?.[0]??0),"?":({ui})=>openKeys(ui.keys)};function isTheirs({
key,ctrlKey,metaKey,altKey}){return altKey&&!metaKey&&/^[[\]\\]$/.test(key)?!1:ctrlKey||metaKey||altKey}function controlsOwn(target,key){return target.closest("\
select, dialog, input[type=number]")?!0:target.closest("button")?key===" "||key==="Enter":target.closest("input[type=radio]")?key.startsWith("Arrow"):target.closest(
"input[type=range], [role=slider]")!==null&&/^(Arrow|Page|Home|End)/.test(key)}function onKey(scene,event){if(isTheirs(event)||(event.stopPropagation(),!scene.facts||
event.defaultPrevented||scene.ui.keys.open))return;let{player,store}=scene,{key,shiftKey}=event,target=event.target,sideways=key==="ArrowLeft"||key==="ArrowRigh\
t",letter=key.length===1?key.toLowerCase():key,action=null;shiftKey&&sideways&&!target.closest("select, dialog")?action=()=>askLayer(scene,store.get("layer")+(key===
"ArrowRight"?1:-1)):controlsOwn(target,key)||(action=player.decks.includes(letter)?()=>hear(scene,letter):ACTIONS[letter],shiftKey&&letter==="c"&&scene.facts.control&&
(action=leaveControl)),action&&(event.preventDefault(),action(scene))}function keepKeys({target}){target.setAttribute("data-lm-suppress-shortcuts","true")}var OVERLAP=.25,PLAN_OVERLAP=.1,AHEAD=.8,EDGE4=.02,SOON=.3,LOOK2=50,SLOW=400,Running=class{#plan=[];#at=0;#prepared=null;#refused=null;#sent=null;#byItself=!1;#plays=!1;#wish=null;#waits=!1;#resume=0;#from=0;#took=0;#timer;#find;constructor(find){
this.#find=find}get#scene(){return this.#find()}get on(){let{player,line,store}=this.#scene;return player.playing&&!!(store.ahead&&line.song)&&player.region===null&&
(!player.loop||this.#plan.length>0)}get smooth(){return this.#wish!==null||this.#byItself&&!this.#waits}look(){let{player,store,wall}=this.#scene;player.playing?
this.#waits=!1:this.#waits||this.#end();let{on}=this;store.rest?.((on||this.#wish!==null)&&wall.root.hidden===!0),on?this.#timer??=setInterval(()=>this.#tick(),
LOOK2):this.close()}ended(){this.#waits=this.#sent!==null&&this.#byItself}play(moments){let{line,player}=this.#scene;if(!moments.length)return;player.setRegion(
null),player.playing||player.play(),[this.#plan,this.#at]=[moments,0],this.#wish=null;let start=line.legal(moments[0].start);start===this.#start?player.seek(0):
this.#ask(start),this.#showPlan(),this.look()}quiet(){this.#end(),this.look()}drag(start){this.#end(),this.#wish=start,this.look(),this.#took<SLOW&&this.#sent===
null&&this.#ask(start)}go(start,plays=!1){let{player}=this.#scene;this.#end(),this.#wish=this.#refused=null,this.#ask(start),this.#plays=plays&&!player.playing,
this.#plays&&this.#sent===null&&player.play(),this.look()}arrived(facts){let{facts:before,player}=this.#scene,shift=facts.start-(before?.start??0),inRow=this.#plan.
length>0;this.#sent!==null&&(this.#took=performance.now()-this.#from);let place2=position=>inRow||position<shift&&!this.#byItself||position-shift>=facts.duration?
0:position-shift;return this.#resume=this.#byItself?place2(this.#waits?facts.duration-.01:player.position()):0,this.#sent=null,place2}shown(goesOn){let{player,line}=this.#scene;
!goesOn&&this.#byItself&&(player.seek(this.#resume),this.#waits&&player.play()),this.#plays&&!player.playing&&player.play(),this.#plays=!1,this.#byItself=this.#waits=
!1,this.#wish!==null&&(line.move(this.#wish),this.#ask(this.#wish)),this.look()}refused(){this.#byItself&&(this.#refused=this.#sent),this.#sent=null,this.#byItself=
this.#waits=this.#plays=!1}close(){clearInterval(this.#timer),this.#timer=void 0}get#start(){return Number(this.#scene.facts?.chosen?.start??0)}get#next(){let{line,
player}=this.#scene;if(this.#plan.length){let at=this.#at+1;return at<this.#plan.length||player.loop?line.legal(this.#plan[at%this.#plan.length].start):null}if(line.
windows)return following(line.windows,this.#start,player.duration);let next2=Math.min(Math.round(10*(this.#start+(1-OVERLAP)*player.duration))/10,line.last);return next2>
this.#start+EDGE4?next2:null}async#tick(){let{player,store}=this.#scene,next2=this.#next;if(next2===null||next2===this.#refused||this.#wish!==null||this.#sent!==
null)return;let[now,{duration}]=[player.position(),player];if(this.#prepared!==next2){if(duration-now>AHEAD*duration)return;this.#prepared=next2,await store.ahead?.(
next2)&&(this.#refused=next2)}else if(duration-now<(this.#plan.length?PLAN_OVERLAP:OVERLAP)*duration){if(this.#plan.length){if(this.#at=(this.#at+1)%this.#plan.
length,this.#showPlan(),next2===this.#start)return player.seek(0)}else if(now<Math.min(next2-this.#start+EDGE4,duration-SOON))return;this.#ask(next2),this.#byItself=
this.#sent!==null}}#ask(start){let{store,choose}=this.#scene;this.#byItself=!1,!(start===this.#start&&store.get("start")===start)&&(this.#sent=start,this.#from=
performance.now(),choose("start",start))}#end(){this.#plan.length&&(this.#plan=[],this.#showPlan())}#showPlan(){let{line}=this.#scene;line.showPlan(this.#plan,this.#at)}};async function sendFiles(scene,files,refused2=[]){let{store,ui}=scene;if(!store.upload)return;if(scene.sending)return say(scene,word("files.busy"));let mine=scene.
sending={cancelled:!1};scene.refused=refused2;let label2=ui.title.upload.lastChild;label2.data=word("cancel"),showError(scene);for(let file of files){let error=await store.
upload(file,share=>(mine.cancelled||say(scene,word(store.host?"files.reading":"files.sending",{name:file.name,share:percent(share)})),!mine.cancelled));if(mine.
cancelled)break;error&&scene.refused.push(plainError(error)),showError(scene)}scene.sending=null,!scene.closed&&(label2.data=word("files.add"),say(scene,""))}async function recordSound(scene){
let{store,ui,player}=scene,{record:record2}=ui.title;if(!store.host)return;if(scene.sending)return say(scene,word("files.busy"));let mine=scene.sending={cancelled:!1};
scene.refused=[],showError(scene),player.pause();let label2=record2.lastChild;label2.data=word("record.stop"),say(scene,word("record.waiting"));let error=await store.
host.record(share=>{if(mine.cancelled)return!1;let first=!record2.classList.contains("auralise-recording");return record2.classList.add("auralise-recording"),label2.
data=`${word("record.stop")} ${percent(share)}`,first&&say(scene,word("record.going")),!0});scene.sending=null,!scene.closed&&(label2.data=word("record"),record2.
classList.remove("auralise-recording"),say(scene,""),error&&(scene.refused=[plainError(error)]),showError(scene))}function filesOf(dropped){let folders=[...dropped?.
items??[]].filter(({kind})=>kind==="file").map(one=>one.webkitGetAsEntry?.()).filter(one=>one?.isDirectory).map(one=>one?.name),refused2=folders.map(name=>word(
"files.folder",{name:`${name}`}));return{files:[...dropped?.files??[]].filter(({name})=>!folders.includes(name)),refused:refused2}}function listenForFiles(scene){
let{ui}=scene,{upload:upload2,files,record:record2,own}=ui.title;upload2.addEventListener("click",()=>{scene.sending?scene.sending.cancelled=!0:files.click()}),
record2.addEventListener("click",()=>{scene.sending?scene.sending.cancelled=!0:recordSound(scene)}),files.addEventListener("change",()=>{sendFiles(scene,[...files.
files??[]]),files.value=""}),listenForDrops(scene,own)}function listenForDrops(scene,own){let{store,root:root2}=scene,around2=store.host?document:root2,takes=()=>!!(store.
upload&&scene.facts?.clips&&!scene.closed),isHere=({target})=>root2.contains(target),over=on=>{own.classList.toggle("auralise-over",on),root2.classList.toggle("\
auralise-dropping",on)};around2.addEventListener("dragover",event=>{!takes()||!event.dataTransfer?.types.includes("Files")||(event.preventDefault(),over(!0))}),
around2.addEventListener("dragleave",event=>{let to=event.relatedTarget;(!to||!around2.contains(to))&&over(!1)});for(let name of["drop","dragend"])around2.addEventListener(
name,()=>over(!1));around2.addEventListener("drop",event=>{let dropped=event.dataTransfer;if(!(!takes()||!dropped?.files.length))if(event.preventDefault(),event.
stopPropagation(),isHere(event)||store.get("page")){let{files:all,refused:refused2}=filesOf(dropped);sendFiles(scene,all,refused2)}else event.target.closest?.("\
.auralise")||say(scene,word("files.elsewhere"))})}function pictureFile(figure,{title,captions,start}){let{rows,time,frequency,look}=figure,[wide,tall]=[rows[0].canvas.width,rows[0].canvas.height],unit=Math.max(
12,Math.round(tall/14)),[left,right,top,gap]=[5*unit,6*unit,2.2*unit,2.3*unit],canvas=make("canvas","",{width:wide+left+right,height:Math.round(top+rows.length*
(tall+gap)+2.5*unit)}),brush=brushOf(canvas);brush.fillStyle="#fff",brush.fillRect(0,0,canvas.width,canvas.height);let write=(text2,x,y,align="left",size=1)=>{brush.
fillStyle="#1d1b22",brush.font=`${size*unit}px sans-serif`,brush.textAlign=align,brush.textBaseline="middle",brush.fillText(text2,x,y)};write(title,left,unit,"l\
eft",1.1),rows.forEach((row,i)=>{let y=Math.round(top+gap+i*(tall+gap));write(captions[i],left,y-.8*unit),brush.drawImage(row.canvas,left,y);for(let hz of frequency.
ticks(tall,2*unit))write(local(+(hz/1e3).toPrecision(4)),left-.5*unit,y+tall*(1-frequency.share(hz)),"right",.9);write("kHz",left-.5*unit,y-.8*unit,"right",.9)});
let bottom=top+rows.length*(tall+gap);for(let s of ticks(start+time.low,start+time.high,wide,6*unit))write(`${local(s)} s`,left+wide*time.share(s-start),bottom+
unit,"center",.9);let[from,to]=[top+gap,bottom];brush.drawImage(figure.bar,left+wide+unit,from,unit,to-from);let[low,high]=look.range;for(let db of ticks(low,high,
to-from,4*unit)){let y=to-(to-from)*(db-low)/(high-low);write(minus(`${db} dB`),left+wide+2.4*unit,clamp(y,from+.5*unit,to-.5*unit),"left",.9)}return new Promise(
resolve=>canvas.toBlob(resolve,"image/png"))}async function saveSound(scene){let{facts,shown,sources,player}=scene,row=facts?.rows.find(({deck})=>deck===player.heard);if(!facts||!row||!shown||!sources)return;
let sound=row.kind==="source"?soundOf(sources[row.take].sound,sources[row.take],facts):soundOf(shown.takes[row.take].sound,shown.takes[row.take].shown,facts),gain=player.
raw?10**(-(sound.gain_db??0)/20):1;try{download(await soundFile(sound,facts.duration,gain),`${fileName(facts,row,shown)}.wav`)}catch{soundFailed(scene,row.deck)}}
async function savePicture({facts,shown,figure}){let row=facts?.rows.findLast(one=>one.kind==="feature"&&!isControl(facts,one));if(!facts||!row||!shown)return;let captions=figure.
rows.map(one=>`${one.deck.toUpperCase()}  ${one.name.textContent}`),title=facts.title??`${facts.takes[0].model} / ${facts.takes[0].clip}`,file=await pictureFile(
figure,{title,captions,start:facts.start});file&&download(file,`${fileName(facts,row,shown)}.png`)}async function copyAddress(scene){let{facts,store,wall}=scene;
if(!facts)return;let link=store.host?.link();if(!link&&!facts.call)return say(scene,translated(facts.no_call??""));let{call=""}=facts,code=link||address(facts,call,
askedOf(store),!wall.root.hidden&&call.startsWith("aj.explore"));try{await navigator.clipboard.writeText(code);let lacks=link&&store.host?.lacks();say(scene,lacks?
word("copied.lacks",{lacks,code}):word("copied",{code}))}catch{say(scene,code)}}function address(facts,call,{layer,feature,rule,resynthesis,position},wall){let{
takes,control}=facts,own=takes.every(take=>take.rule),parts=[call,`layer=${layer}`,`feature=${feature}`];return own||parts.push(`rule="${rule}"`),(facts.start>0||
facts.song)&&parts.push(`start=${+facts.start.toFixed(6)}`),resynthesis!=="phase"&&parts.push(`resynthesis="${resynthesis}"`),position!=="all"&&parts.push(`posi\
tion="${position}"`),control?.shown&&parts.push("control=True"),wall&&parts.push("wall=True"),parts.push(...mutedCode(facts)),`import auralise_jax as aj; ${parts.
join(", ")})`}var KEY3=Symbol.for("auralise.mounted"),page=globalThis;function mount(el,store){let scene=makeScene(`auralise-${page[KEY3]=(page[KEY3]??0)+1}`,store),{root:root2,
player,figure,heat}=scene;listenToControls(scene),listenForLooks(scene),listenForFiles(scene),scene.more.show();let undo=watchStore(scene);el.append(root2),silenceAbsent(),
arrive(scene),showError(scene),showStatus(scene),store.get("wall")&&toggleWall(scene,!0);let seen=new IntersectionObserver(entries=>{entries.some(entry=>entry.isIntersecting)&&
(store.wantBank?.(),store.wantAttributes?.(),store.wantSong?.())});seen.observe(root2);let wide=new ResizeObserver(()=>placeWall(scene));return wide.observe(root2),
()=>{scene.closed=!0,scene.sending&&(scene.sending.cancelled=!0),seen.disconnect(),wide.disconnect(),undo(),cancelAnimationFrame(scene.frame),clearTimeout(scene.
saying),scene.running.close(),player.close(),figure.close(),heat.close(),scene.marks.close(),root2.remove()}}function makeScene(id,store){let choose=(trait,value)=>{
store.set(trait,value),showPending(scene)},root2=make("section","auralise",{tabindex:"0",role:"group","data-drop":word("files.over")}),figure=new Figure({seek:seconds=>scene.
player.seek(seconds),select:region=>scene.player.setRegion(region),point:place2=>boxes.point(place2),laid:()=>laid(scene)}),boxes=new Boxes(figure),ui=buildControls(
id,choose),scene={id,store,root:root2,ui,more:new More(ui,()=>scene),figure,stand:make("div","auralise-stand"),boxes,layer:new Slider(word("layer"),`${id}-layer`,
value=>askLayer(scene,value)),feature:new Slider(word("feature"),`${id}-feature`,value=>askFeature(scene,value)),line:new TimeLine(`${id}-start`,{changed:(start,clicked)=>scene.
running.go(start,!!(clicked&&scene.line.windows)),dragged:start=>scene.running.drag(start),hear:moments=>scene.running.play(moments),quiet:()=>scene.running.quiet(),
ask:()=>store.wantSong?.(!0),stop:()=>store.stopSong?.()}),player:new Player({changed:()=>showSound(scene),ended:()=>scene.running.ended(),failed:deck=>soundFailed(
scene,deck),there:()=>root2.isConnected}),running:new Running(()=>scene),wall:new Wall(id,{show:value=>setFeature(scene,value),keep:value=>keepFeature(scene,value)}),
mutes:new MutedList({gain:(key,gain)=>setGain(scene,key,gain),clear:key=>bringBack(scene,key)}),part:new PartMuting(figure,partEvents(()=>scene)),marks:new Marks(
id,()=>scene),heat:new Heat(id,{show:value=>showFeature(scene,value),toggle:stop=>stop?store.stopAttributes?.():store.wantAttributes?.(!0)}),figures:new Figures,
facts:null,shown:null,sources:null,choose,radios:[],filling:null,unheard:{},refused:[],sending:null,said:"",saying:void 0,awaited:"",looped:null,frame:0,closed:!1},
{figures,layer,feature,line,player,mutes,part,heat,wall}=scene;feature.side.append(ui.previous,ui.next,ui.kernel),feature.side.prepend(ui.working),layer.root.append(
ui.about),feature.root.append(ui.named),feature.input.setAttribute("aria-describedby",ui.named.id),layer.input.setAttribute("aria-describedby",ui.about.id),figure.
stage.append(ui.status,ui.enable,ui.error),scene.stand.append(figure.root);let rows=[ui.title.root,line.root,layer.root,feature.root,figures.root,scene.stand,ui.
transport.root,ui.view.root,mutes.root,part.root,ui.notes,scene.marks.root,heat.root,wall.root,ui.keys];return root2.append(make("div","auralise-panel",{},...rows)),
Object.assign(root2,{auralise:Object.freeze({player,figure,store,heat,more:scene.more,say:(words2,lasts=!1)=>say(scene,words2,lasts)})}),scene}function laid(scene){
let{figure,facts,boxes}=scene;outlineParts(figure,facts?.removed??[]),boxes.draw(),scene.more.look()}function listenToControls(scene){let{root:root2,store,player,
ui,boxes,layer}=scene,{transport:transport2,view}=ui;root2.addEventListener("keydown",event=>onKey(scene,event)),root2.addEventListener("focusin",keepKeys),root2.
addEventListener("pointerdown",()=>player.blocked&&player.resume());for(let name of["pointerdown","keydown"])root2.addEventListener(name,({target})=>target!==ui.
status&&hush(scene),!0);transport2.play.addEventListener("click",()=>player.toggle()),transport2.leave.addEventListener("click",()=>leaveControl(scene));for(let name of[
"focus","input"])layer.input.addEventListener(name,()=>boxes.pointMiddle());layer.input.addEventListener("blur",()=>boxes.point(null)),ui.enable.addEventListener(
"click",()=>player.resume()),transport2.loop.addEventListener("click",()=>player.setLoop(!player.loop)),transport2.volume.addEventListener("input",()=>{player.setVolume(
transport2.volume.valueAsNumber),transport2.volume.style.setProperty("--at",transport2.volume.value)});for(let name of["rule","resynthesis","position"]){let{select}=view.
method[name];select.addEventListener("change",()=>{store.set(name,select.value),showPending(scene)})}view.order.select.addEventListener("change",()=>store.set("\
order",view.order.select.value)),view.loudness.select.addEventListener("change",()=>{player.setRaw(view.loudness.select.value==="raw"),scene.more.look()}),ui.previous.
addEventListener("click",()=>askInteresting(scene,-1)),ui.next.addEventListener("click",()=>askInteresting(scene,1)),view.mute.addEventListener("click",()=>toggleMute(
scene)),view.part.addEventListener("click",()=>scene.part.set(!scene.part.on)),ui.stop.addEventListener("click",()=>store.cancel?.()),view.copy.addEventListener(
"click",()=>copyAddress(scene)),view.saveSound.addEventListener("click",()=>saveSound(scene)),view.savePicture.addEventListener("click",()=>savePicture(scene)),
transport2.help.addEventListener("click",()=>openKeys(ui.keys)),ui.dismiss.addEventListener("click",()=>dismiss(scene))}function watchStore(scene){let{store}=scene,
undo=[],onChange=(names,react)=>{let later2=once(()=>{scene.closed||react(scene)});for(let name of names)undo.push(store.on(name,later2))};return onChange(["fac\
ts"],arrive),onChange(["model","clip","start",...Object.keys(store.get("facts")?.chosen??{})],showChosen),onChange(["control"],changed=>{hearAwaited(changed),showPending(
changed)}),onChange(["sources"],showSources),onChange(["current"],()=>store.get("facts")===scene.facts?showCurrent(scene):arrive(scene)),onChange(["bank","order"],
showBank),onChange(["filling"],showFilling),onChange(["effects"],changed=>(changed.store.get("order")==="effect"?showBank:showAsked)(changed)),onChange(["progre\
ss"],showProgress),onChange(["attributes","layer"],showAttributes),onChange(["song"],showSong),onChange([...ASKED,"status"],showAsked),onChange(["layer","rule",
"resynthesis","position"],showBank),onChange([...EDITS,"layer","feature","status"],showMuted),onChange(["marks","student","marking",...ASKED],({marks})=>marks.show()),
onChange(["error"],showError),onChange(["status"],showStatus),()=>undo.forEach(one=>one())}var LayerAttributes=class{#layers=new Map;#asked=!1;#requests;progress=null;constructor(requests){this.#requests=requests}of(layer){return this.#layers.get(layer)??
null}want(again){this.#asked&&!again||(this.#asked=!0,this.#requests.send({kind:"attributes"}))}stop(){this.#requests.send({kind:"attributes-stop"})}receive({kind,
layer,share,words:words2,...message},buffers){kind==="attributes-progress"?this.progress=share===null?null:{share,words:words2}:kind==="attributes-control"?Object.
assign(this.#layers.get(layer)??{},message):this.#layers.set(layer,{...message,values:new Float32Array(bytesOf(buffers[0]).slice().buffer)})}lose(){this.progress=
null,this.#asked=!1}clear(){this.#layers.clear()}};function readBank(message,buffers){let takes=message.takes.map(({shown},i)=>{let[pixels,sounds]=[bytesOf(buffers[2*i]),bytesOf(buffers[2*i+1])],part=(all,k)=>all.
subarray(k*all.byteLength/shown.length,(k+1)*all.byteLength/shown.length);return k=>({pixels:part(pixels,k),sound:part(sounds,k),shown:shown[k]})}),{survey}=message.
takes[0],bytes=buffers.reduce((sum,one)=>sum+one.byteLength,0),count=Math.min(...message.takes.map(take=>take.shown.length));return{bytes,takes,count,has:()=>!0,
survey,control:null,picture:k=>takes[0](k).pixels}}function fillingBank(count,takes){let items=new Map,itemOf=(k,take)=>items.get(k)[take];return{bytes:0,takes:Array.
from({length:takes},(_,take)=>k=>itemOf(k,take)),count,has:k=>items.has(k),survey:null,control:null,picture:k=>itemOf(k,0).pixels,get here(){return items.size},
add(k,shown,buffers){let size=all=>all.reduce((sum,{pixels,sound})=>sum+pixels.byteLength+sound.byteLength,0),now=shown.map((one,i)=>({pixels:bytesOf(buffers[2*
i]),sound:bytesOf(buffers[2*i+1]),shown:one}));this.bytes+=size(now)-size(items.get(k)??[]),items.set(k,now)}}}function splitTakes(value,pixels,count){let bytes=bytesOf(
value),each=bytes.byteLength/count;return Array.from({length:count},(_,i)=>({pixels:bytes.subarray(i*each,i*each+pixels),sound:bytes.subarray(i*each+pixels,(i+1)*
each)}))}var Kept=class{#all=new Map;#size;constructor(size=()=>1){this.#size=size}peek(key){return this.#all.get(key)}get(key){let found=this.#all.get(key);if(found!==void 0)
return this.#all.delete(key),this.#all.set(key,found),found}set(key,value,most){this.#all.delete(key),this.#all.set(key,value);let total=0;for(let one of this.#all.
values())total+=this.#size(one);for(let[oldest,one]of this.#all){if(total<=most||this.#all.size===1)return;total-=this.#size(one),this.#all.delete(oldest)}}delete(key){
this.#all.delete(key)}clear(){this.#all.clear()}};var BANK_BYTES=128e6,LayerBanks=class{#kept=new Kept(bank=>bank.bytes);#progress=null;#asked="";#model;#requests;#effects;constructor(model,requests,effects){this.#model=
model,this.#requests=requests,this.#effects=effects}get(){return this.#kept.get(this.#key())}get whole(){let bank=this.#kept.peek(this.#key());return bank?.survey?
bank:null}get filling(){let bank=this.#kept.peek(this.#key());return bank?.add?bank:null}near(feature){let bank=this.#kept.peek(this.#key());return[feature+1,feature-
1].filter(k=>bank&&k>=0&&k<bank.count&&bank.has(k)).map(k=>bank?.takes.map(take=>take(k))??[])}get progress(){return this.#progress?.key===this.#key()?this.#progress.
share:null}want(){let key=this.#key(),bank=this.#kept.peek(key),kind=bank?.survey?"control":"bank",known=bank?.survey&&(bank.control!=null||bank.survey.no_control)&&
!this.#effects.lacks(this.#facts,this.#model.get("layer")),asked=this.#name(kind,key);if(known||this.#asked===asked)return;this.#asked=asked;let{layer,rule,resynthesis,
position,revision}=this.#named,begun=bank?.here&&kind==="bank"?{here:bank.here}:{};this.#requests.send({kind,revision,layer,rule,resynthesis,position,...begun})}retry(){
this.#progress||(this.#asked="")}stop(){this.#requests.send({kind:"cancel"}),this.#progress=null}receive(message,buffers){let key=this.#key(message);if(message.
kind==="progress")this.#progress={key,share:message.done/message.of};else if(message.kind==="feature")this.#fill(key,message,buffers);else if(message.kind==="ba\
nk")message.filled?Object.assign(this.#kept.peek(key)??{},{survey:message.takes[0].survey}):this.#keep(key,readBank(message,buffers)),this.#progress=null,key===
this.#key()&&(this.#asked=this.#name("control",key));else{let bank=this.#kept.peek(key),survey=message.surveys?.[0]??bank?.survey;bank&&Object.assign(bank,{control:message.
takes[0],survey:{...survey,no_control:message.no_control}})}}clear(){this.#kept.clear()}#fill(key,{layer,feature,takes},buffers){let{features}=this.#facts.layers[layer-
1],kept2=this.#kept.peek(key),bank=kept2?.add&&kept2.takes.length===takes.length?kept2:fillingBank(features,takes.length);bank.add?.(feature,takes,buffers),this.#keep(
key,bank)}#keep(key,bank){this.#kept.set(key,bank,this.#facts?.bank_bytes??BANK_BYTES)}get#facts(){return this.#model.get("facts")}get#named(){return{...askedOf(
this.#model),revision:revisionOf(this.#facts??{},this.#model.get("layer"))}}#key({revision,layer,rule,resynthesis,position}=this.#named){return[revision,layer,rule,
resynthesis,position].join("/")}#name(kind,key){return`${kind}${key}/${this.#facts?.effect?.of}`}};var LAYERS=100,LayerEffects=class{#layers=new Kept;of(facts,layer){return this.#layers.peek(`${facts?.effect?.of}/${layer}`)??null}lacks(facts,layer){return!!(facts?.
effect&&!facts.effect.why&&!this.of(facts,layer))}receive(message){this.#layers.set(`${message.of}/${message.layer}`,message,LAYERS)}};var Requests=class{#open=new Map;#asked=0;#gone=!1;#model;constructor(model){this.#model=model}get waiting(){return this.#open.size}get gone(){return this.#gone}get words(){
return this.#model.gone||word("gone")}name(){return`${Math.random().toString(36).slice(2)}-${++this.#asked}`}send(content,buffers){let request=this.name(),answered=new Promise(
resolve=>this.#open.set(request,resolve));try{if(this.#gone)throw new Error(this.words);this.#model.send({...content,request},void 0,buffers)}catch{this.answer(
request,this.words)}return answered}answer(request,error){request!==void 0&&(this.#open.get(request)?.(error),this.#open.delete(request))}answerAll(error){for(let request of[
...this.#open.keys()])this.answer(request,error)}lose(){this.#gone=!0,this.answerAll(this.words)}};var SONG_BYTES=64e6,Songs=class{#heard=new Kept(sizeOf);#progress=new Map;#errors=new Map;#asked=new Set;#requests;constructor(requests){this.#requests=requests}of(facts){
let{number,unmuted}=facts?.song??{};if(number===void 0)return null;let before=unmuted==null?null:this.#heard.peek(unmuted)??null;return{heard:this.#heard.peek(number)??
null,before,progress:this.#progress.get(number)??null,error:this.#errors.get(number)??""}}want(facts,again=!1){let song=facts?.song;song?.number===void 0||this.#heard.
get(song.number)||!again&&(song.asks||this.#asked.has(song.number))||(this.#asked.add(song.number),this.#errors.delete(song.number),this.#progress.set(song.number,
{share:0,words:""}),this.#requests.send({kind:"song",song:song.number}))}stop(facts){facts?.song?.number!==void 0&&this.#requests.send({kind:"song-stop",song:facts.
song.number})}receive({kind,song,share,words:words2,error,...message},buffers,facts){kind==="song"?(this.#heard.set(song,readSong(message,buffers),SONG_BYTES),this.#progress.
delete(song)):share!==null?this.#progress.set(song,{share,words:words2}):(this.#progress.delete(song),error?this.#errors.set(song,error):song!==facts?.song?.number&&
this.#asked.delete(song))}lose(){this.#progress.clear(),this.#asked.clear()}clear(){this.#heard.clear()}};var CHUNK=2**20;async function upload(requests,file,progress){let id=requests.name(),{name,size}=file;for(let at=0;at<Math.max(size,1);at+=CHUNK){let wanted=progress(
at/Math.max(size,1)),piece=wanted&&await file.slice(at,at+CHUNK).arrayBuffer().catch(()=>null);if(!piece)return requests.send({kind:"upload-cancel",id}),wanted?
word("file.gone",{name}):"";let error=await requests.send({kind:"upload",id,name,size,at},[piece]);if(error)return error}return""}var LiveStore=class{#model;#requests;#banks;#attributes;#songs;#edits;#listeners=new Listeners;#effects=new LayerEffects;#current=null;#asking=!1;#wanted=!1;#rests=!1;#unwatch=[];#save=once(
()=>this.#model.save_changes(),afterPaint);constructor(model){this.#model=model,this.#requests=new Requests(model),this.#banks=new LayerBanks(model,this.#requests,
this.#effects),this.#attributes=new LayerAttributes(this.#requests),this.#songs=new Songs(this.#requests),this.#edits=new Edits(model,()=>{this.#askBank(),this.#wanted&&
this.wantSong()});let watch=(name,callback)=>{model.on(name,callback),this.#unwatch.push(()=>model.off(name,callback))};watch("msg:custom",(message,buffers)=>this.#receive(
message,buffers??[]));let later2=once(()=>this.#look());for(let name of[...ASKED,"shown","facts"])watch(`change:${name}`,later2);watch("change:facts",()=>this.#wanted&&
!this.#edits.busy&&this.wantSong());for(let name of["facts",...EDITS])watch(`change:${name}`,once(()=>this.#requests.gone||this.#edits.look()));watch("change:so\
urce",()=>this.#listeners.emit("sources")),watch("comm_live_update",()=>this.#lost()),this.#look()}get(name){return name==="status"&&this.#requests.gone?this.#requests.
words:this.#model.get(name)}set(name,value){this.#model.set(name,value),EDITS.includes(name)||this.#save()}on(name,callback){let undo=this.#listeners.add(name,callback);
return this.#model.on(`change:${name}`,callback),()=>{undo(),this.#model.off(`change:${name}`,callback)}}current(){return this.#current}near(){return this.#banks.
near(this.get("feature"))}sources(){return this.#split("source")}bank(){return this.#banks.whole}filling(){return this.#banks.filling}progress(){return this.#banks.
progress}wantBank(again=!1){this.#wanted=!0,again&&this.#banks.retry(),this.#askBank()}cancel(){this.#banks.stop(),this.#listeners.emit("progress")}effects(){return this.#effects.
of(this.get("facts"),this.get("layer"))}attributes(){return this.#attributes.of(this.get("layer"))}attributesProgress(){return this.#attributes.progress}wantAttributes(again=!1){
this.get("facts")?.attributes&&this.#attributes.want(again)}stopAttributes(){this.#attributes.stop()}song(){return this.#songs.of(this.get("facts"))}wantSong(again=!1){
this.#wanted=!0,this.#songs.want(this.get("facts"),again),this.#listeners.emit("song")}stopSong(){this.#songs.stop(this.get("facts"))}ahead(start){return this.#requests.
send({kind:"ahead",revision:this.get("facts").revision,start})}rest(rests){this.#rests=rests,rests||this.#askBank()}upload(file,progress){return this.host?.upload(
file,progress)??upload(this.#requests,file,progress)}get host(){return this.#model.host}gone(){return this.#requests.gone}get waiting(){return this.#requests.waiting}close(){
this.#requests.answerAll(""),this.#edits.lose(),this.#unwatch.forEach(undo=>undo()),this.#banks.clear(),this.#attributes.clear(),this.#songs.clear()}#split(name){
let{bins,frames,takes}=this.get("facts");return splitTakes(this.get(name),bins*frames,takes.length)}#look(){let facts=this.get("facts")??{},{takes,layers}=facts;
if(!takes||!layers?.length)return;let asked=askedOf(this);if(!(asked.feature>=0&&asked.feature<layers[asked.layer-1]?.features))return;let revision=revisionOf(facts,
asked.layer),there=this.#current?.revision===revision&&sameAsked(this.#current,asked),found=this.#banks.get(),bank=found?.has(asked.feature)?found:null,shown=this.
get("shown"),answered=shown?.revision===revision&&sameAsked(shown,asked);if(bank||answered){if(!there){let items=()=>this.#split("answer").map((part,i)=>({...part,
shown:shown.takes[i]}));this.#current={...asked,revision,takes:bank?bank.takes.map(take=>take(asked.feature)):items()},this.#listeners.emit("current")}this.#askBank()}else
this.#asking||(this.#asking=!0,this.#requests.send({kind:"ask",revision,...asked}).then(error=>{this.#asking=!1,error||this.#look()}))}#askBank(){this.#wanted&&
!this.#rests&&!this.#edits.busy&&this.#banks.want()}#receive(message,buffers){message.kind==="done"?this.#requests.answer(message.request,message.error):message.
kind==="feature"?(this.#banks.receive(message,buffers),this.#listeners.emit("filling"),this.#look()):["progress","bank","control"].includes(message.kind)?(this.#banks.
receive(message,buffers),message.kind!=="control"&&this.#listeners.emit("progress"),message.kind!=="progress"&&this.#listeners.emit("bank")):message.kind==="eff\
ects"?(this.#effects.receive(message),this.#listeners.emit("effects")):message.kind?.startsWith("attributes")?(this.#attributes.receive(message,buffers),this.#listeners.
emit("attributes")):message.kind?.startsWith("song")&&(this.#songs.receive(message,buffers,this.get("facts")),this.#listeners.emit("song"))}#lost(){this.#requests.
lose(),this.#edits.lose(),this.#asking=!1,this.#attributes.lose(),this.#songs.lose();for(let name of["attributes","song"])this.#listeners.emit(name);let{chosen,
muted,removed}=this.get("facts")??{};for(let[name,value]of Object.entries({...chosen,muted,removed}))value!==void 0&&this.#model.set(name,value);this.#listeners.
emit("status")}};var KEPT=48,PageStore=class{#state;#windows;#shown=0;#beginning="";#current=null;#sources=null;#song=null;#unpacked=new Kept;#listeners=new Listeners;#asked=0;#complaint="";constructor(page3){
let{facts,windows=[],beginning="",marks=[],student="",marking}=page3,others=windows.map((one,i)=>({...one,facts:{...facts,...one.facts,revision:(facts.revision??
0)+i+1,revisions:void 0}}));this.#windows=[page3,...others],this.#state={facts,...page3.asked,start:facts.chosen?.start,marks,student,marking,status:"",error:""},
this.#beginning=beginning,this.#load(),this.#choose(),page3.song&&this.#loadSong(page3)}get(name){return this.#state[name]}set(name,value){this.#change(name,value),
(name==="layer"||name==="feature"||name==="start")&&this.#choose()}on(name,callback){return this.#listeners.add(name,callback)}current(){return this.#current}sources(){
return this.#sources}song(){return this.#song}async ahead(start){let at=this.#windowAt(start),{layer,feature}=this.#state;return at<0?word("page.window"):Promise.
all([this.#sourcesOf(at),this.#fetch(at,`${layer}/${feature}`)]).then(()=>"",String)}bank(){let{layer}=this.#state,at=this.#shown,{surveys,controls}=this.#windows[at],
survey=surveys[layer];if(!survey)return null;let picture=async k=>(await this.#fetch(at,`${layer}/${k}`))[0].pixels;return{survey,control:controls[layer][0],picture}}attributes(){
let{layer,facts}=this.#state,found=facts.attributes?.layers?.[layer];return found?{...found,values:Float32Array.from(found.values.flat(),x=>x??NaN)}:null}#change(name,value){
this.#state[name]=value,this.#listeners.emit(name)}#windowAt(start){return this.#windows.findIndex(({facts})=>facts.chosen?.start===start)}async#load(){try{let sources=await this.#sourcesOf(
0);if(this.#shown!==0)return;this.#sources=sources,this.#listeners.emit("sources")}catch(problem){this.#change("error",word("page.source",{why:problem.message}))}}async#loadSong({
song,unmuted}){try{let[heard,before]=await Promise.all([unpackSong(song),unmuted?unpackSong(unmuted):null]);this.#song={heard,before,progress:null,error:""},this.#listeners.
emit("song")}catch(problem){this.#change("error",word("page.song",{why:problem.message}))}}async#choose(){let question=++this.#asked;await null;let asked=askedOf(
this),key=`${asked.layer}/${asked.feature}`,found=this.#windowAt(this.#state.start),at=found<0?this.#shown:found,{facts,features}=this.#windows[at];if(!(question!==
this.#asked||!(key in features)))try{let[takes,sources]=await Promise.all([this.#fetch(at,key),at===this.#shown?this.#sources:this.#sourcesOf(at)]);if(question!==
this.#asked)return;if(this.#current={...asked,revision:revisionOf(facts,asked.layer),takes},this.#complaint&&this.#state.error===this.#complaint&&this.#change("\
error",""),at!==this.#shown){[this.#shown,this.#sources,this.#state.facts]=[at,sources,facts];for(let name of["facts","sources","bank"])this.#listeners.emit(name)}
this.#listeners.emit("current")}catch(problem){if(question!==this.#asked)return;let why=problem.message;this.#complaint=at===this.#shown?word("page.feature",{feature:key.
replace("/","-"),why}):word("page.unread",{seconds:local(this.#state.start),why}),at!==this.#shown&&this.#change("start",this.#windows[this.#shown].facts.chosen?.
start),this.#change("error",this.#complaint)}}#sourcesOf(at){let{sources}=this.#windows[at];return this.#unpack(`${at}`,sources.map(one=>typeof one=="number"?sources[one]:
one))}#fetch(at,key){return this.#unpack(`${at}/${key}`,this.#windows[at].features[key]??[])}#unpack(name,items){let found=this.#unpacked.get(name)??unpackAll(items,
this.#beginning);return this.#unpacked.set(name,found,KEPT),found.catch(()=>this.#unpacked.delete(name)),found}};var ASKS=["layer","feature","rule","resynthesis","position","model","clip","start","mute","removed"],{lang,words,page:page2,elements}=AURALISE;words&&speak(lang,
words);var root={getElementById:id=>id in elements?{textContent:elements[id]}:null};async function computing(live){let data=JSON.parse(elements["auralise-engine"]),
engine=new Engine(data,void 0,root),model=new PageModel(1,await stateOf(live,data.models[live.live.model].seconds),engine);model.host={...model.host,link:()=>""},
engine.add(1,model,live.live);let store=new LiveStore(model),close=()=>{store.close(),engine.close()};return{store,clips:Object.values(data.clips),start:()=>engine.
start(),close}}async function opened(found){return"live"in found?computing(found):{store:new PageStore(found),clips:[],start:()=>{},close:()=>{}}}function hashOf2(model){
let asked=ASKS.map(name=>[name,model.get(name)]).filter(([,value])=>value!=null);return`${new URLSearchParams(asked.map(([name,value])=>[`${name}`,`${value}`]))}`}
function followTheme(panel){let html=document.documentElement,look=()=>panel.style.colorScheme=["dark","light"].find(one=>html.classList.contains(one))??"",watching=new MutationObserver(
look);return watching.observe(html,{attributeFilter:["class"]}),look(),()=>watching.disconnect()}async function render({model,el}){el.lang=lang,dress(el);try{let{
store,clips,start,close}=await opened(page2),take=mount(el,store),unfollow=followTheme(el.querySelector(".auralise"));return showView(store,el,hashOf2(model),1,
{panels:1,clips}),afterPaint(start),()=>{unfollow(),take(),close()}}catch(problem){return el.append(make("p","auralise-not-whole",{role:"alert"},word("page.pane\
l",{why:problem.message}))),()=>{}}}var myst_default={render};export{myst_default as default};
