"""What comes out of a panel's audio graph, sample by sample, while it plays."""

RECORD = """(async () => {
  const { context, analyser } = player;
  const code = `registerProcessor("record", class extends AudioWorkletProcessor {
    process([[samples]]) { if (samples) this.port.postMessage(samples.slice()); return true; }
  })`;
  await context.audioWorklet.addModule(`data:text/javascript,${encodeURIComponent(code)}`);
  const recorder = (globalThis.recorder = new AudioWorkletNode(context, "record"));
  globalThis.recorded = [];
  recorder.port.onmessage = ({ data }) => recorded.push(...data);
  analyser.connect(recorder).connect(context.destination);
  return context.sampleRate;
})()"""
"""For `Panel.ask`: begins, and returns the rate; the samples are in ``recorded``."""
