/**
 * What the parts of the worker say to each other, and what they use of the engine. Only types.
 *
 * @typedef {import("../types.js").LayerFacts} LayerFacts
 * @typedef {import("../types.js").ShownFacts} ShownFacts
 * @typedef {import("../types.js").Survey} Survey
 * @typedef {import("../types.js").Muted} Muted
 * @typedef {import("../types.js").Part} Part
 * @typedef {import("../types.js").Asked} Asked
 * @typedef {import("../types.js").TakeFacts} TakeFacts
 *
 * @typedef {{layer: number, rule: string, resynthesis: string, position: string}} Settings how a layer is projected and made audible
 *
 * @typedef {object} ModelDoc a network as the page holds it
 * @property {string} name
 * @property {string} random the name of the same network with random weights
 * @property {"classes" | "tags" | "tempo" | "pitch"} task
 * @property {string[]} classes
 * @property {boolean} untrained
 * @property {number} none_below the largest probability below which none of the classes is said
 * @property {number} seconds that the network hears
 * @property {number} samples likewise
 * @property {number} sample_rate
 * @property {LayerFacts[]} layers
 * @property {import("../types.js").Axes} axes
 * @property {"linear" | "log" | "mel"} scale
 * @property {number} bins
 * @property {number} frames
 * @property {{model: string, random: string, why?: string}} code what Python calls it, or why it does not know it
 * @property {any} control how random weights are drawn, or `why` there are none
 * @property {string} no_effects why features have no effects that can be measured
 *
 * @typedef {object} ClipDoc a clip as the page holds it
 * @property {string} title
 * @property {number} duration s
 * @property {number} sample_rate
 * @property {number | null} opens where a panel begins; null: at the busiest window
 * @property {string} code what Python calls it
 * @property {string} [why] Python does not know it
 * @property {string[]} [notes] sentences below its rows
 * @property {number} [scale] what full scale of its data stands for
 *
 * @typedef {object} LiveDoc a panel as the page describes it
 * @property {string} model
 * @property {boolean} [random] whether the panel opens on random weights
 * @property {string[]} clips the one shown first comes first
 * @property {Asked} asked
 * @property {number} [start]
 * @property {Muted[]} [muted]
 * @property {Part[]} [removed]
 * @property {boolean} [control]
 * @property {string} [order]
 * @property {boolean} [wall]
 *
 * @typedef {{pixels: Uint8Array, pcm: Uint8Array, facts: ShownFacts}} Shown a feature as a panel shows and plays it
 * @typedef {{picture: Float32Array, shape: number[], silent: boolean, peak: number, layer: number, feature: number, rule: string, cell: number[] | null}} Projection
 *
 * @typedef {object} Model a network and its front end
 * @property {ModelDoc} doc
 * @property {string} name
 * @property {"classes" | "tags" | "tempo" | "pitch"} task
 * @property {string[]} classes
 * @property {number} seconds
 * @property {number} samples
 * @property {number} sampleRate
 * @property {{name: string, features: number}[]} layers
 * @property {boolean} untrained
 * @property {number} noneBelow
 * @property {number | null} seed
 * @property {any} frontend
 * @property {any} network
 * @property {(scores: Float32Array) => ArrayLike<number>} probabilities
 * @property {(values: Float32Array, where: string, gains?: Muted[]) => unknown} checkFinite throws words
 * @property {() => Promise<Model>} random
 * @property {(samples: Float32Array, start?: number) => Promise<Heard>} open
 *
 * @typedef {object} Heard a forward pass over a window
 * @property {Model} model
 * @property {number} start
 * @property {number} padded s of silence
 * @property {Float32Array} samples not padded
 * @property {Float32Array} picture
 * @property {number[]} shape
 * @property {number} bytes
 * @property {Muted[]} gains
 * @property {Part[]} removed
 * @property {() => Map<string, number>} predict
 * @property {(layer: number) => {data: Float32Array, shape: number[]}} activations features last
 * @property {() => {pixels: Uint8Array, pcm: Uint8Array, scale: number}} source
 * @property {(layer: number, feature: number, rule: string, position: any) => Promise<Projection>} project
 * @property {(asked: Asked, projection?: Projection) => Promise<Shown>} show
 * @property {(layer: number, feature: number, rule: string, position: any, resynthesis: string) => Promise<object>} auralise
 * @property {(layer: number, rule: string, position: any, peak: number) => void} notePeak the layer's largest
 * @property {(layer: number) => Float32Array} strengths how strongly each feature of a layer responds
 * @property {(gains: Muted[]) => Promise<Heard>} mute
 * @property {(parts: Part[]) => Promise<Heard>} without
 * @property {() => void} free
 *
 * @typedef {{heard: Heard, name: string, control: boolean}} Variant what stands in the rows of a panel
 * @typedef {{model: string, clip: string, start: number, muted: Muted[], removed: Part[]}} Chosen by the names in the panel's lists
 */

export {};
