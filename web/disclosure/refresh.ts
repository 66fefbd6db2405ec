/**
 * The public page's script, as text: it is inlined, so that a slow phone makes one request. Every minute it asks for the
 * same view as JSON and writes its words into the elements that name them (`data-k`: path into the view; `data-a`:
 * attribute and path); it says when it cannot, and marks values that are too old to be called current (`data-until`).
 * The charts come with the page, which is written anew after each hour: then it reloads once. Without it the page is complete.
 */
export const REFRESH_SCRIPT = `(()=>{
const d=document,m=d.querySelector("main"),all=q=>d.querySelectorAll(q),made=m.dataset.at,
find=(v,p)=>p.split(".").reduce((o,k)=>o==null?o:o[k],v);
let base=Date.now(),mono=performance.now(),asked;
const age=()=>{const now=base+performance.now()-mono;all("[data-until]").forEach(e=>e.classList.toggle("old",!(now<=Date.parse(e.dataset.until))))},
show=s=>all("[data-fresh]").forEach(e=>{e.hidden=e.dataset.fresh!==s}),
renew=v=>{
if(asked===v.asOf.slice(0,13)||v.asOf.slice(0,13)<=made.slice(0,13)||v.asOf.slice(14,16)<"15")return;
asked=v.asOf.slice(0,13);
fetch(location.pathname,{cache:"no-cache"}).then(r=>r.text()).then(t=>{if(t.includes('data-at="'+asked))location.reload()}).catch(()=>{})},
put=v=>{
all("[data-k]").forEach(e=>{const x=find(v,e.dataset.k);if(typeof x==="string")e.textContent=x});
all("[data-a]").forEach(e=>{const[n,p]=e.dataset.a.split(" "),x=find(v,p);if(typeof x==="string")e.setAttribute("data-"+n,x)});
base=Date.parse(v.asOf);mono=performance.now();renew(v)},
load=()=>fetch("/api/public/plants/"+m.dataset.code).then(r=>{if(!r.ok)throw r.status;return r.json()}).then(v=>{put(v);show("live")})
.catch(()=>{base=Date.now();mono=performance.now();show("failed")}).then(age);
age();load();
setInterval(()=>d.hidden?age():load(),6e4);
d.addEventListener("visibilitychange",()=>{if(!d.hidden)load()})
})()`.replaceAll("\n", "");
