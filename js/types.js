/**
 * What Python says to a page, and what the parts of a panel say to each other. Only types.
 *
 * @typedef {import("./picture/rows.js").Axes} Axes
 * @typedef {"layer" | "feature" | "rule" | "resynthesis" | "position"} Choice
 * @typedef {{layer: number, feature: number, rule: string, resynthesis: string, position: string}} Asked what is asked for
 *
 * @typedef {{ms: number, hz: number}} Extent of a receptive field
 *
 * @typedef {{from: number, step: number, size: number} | {low: number[], high: number[]}} Edges where what each cell of a map sees begins and ends, along one axis; regular, or cell by cell
 * @typedef {{freq: Edges | null, time: Edges | null}} Field of each cell of a map: Hz, and s from the start of the window; null: all of that axis
 *
 * @typedef {object} LayerFacts
 * @property {string} name
 * @property {number} features
 * @property {("freq" | "time")[]} [axes] of a map; panels saved before there were others do not say
 * @property {number[]} map its size along these
 * @property {Extent | null} sees null: the whole picture, or not known
 * @property {Field | null} [field] where the receptive fields lie; null: not known; panels saved before it was drawn do not say
 * @property {Extent | null} [reported] null: no paper says it
 * @property {number[] | null} [available] features that are here; null: all of them
 * @property {number[][][] | null} [kernels] rows of numbers, lowest frequency first
 * @property {NamedFeature[]} [names] what a dissection found of the trained network's features; absent: nobody looked
 *
 * @typedef {{feature: number, name: string, auc: number | null}} NamedFeature
 *
 * @typedef {object} TakeFacts
 * @property {string} name
 * @property {string} model
 * @property {string} clip
 * @property {string | null} rule
 * @property {"classes" | "tags" | "tempo" | "pitch"} [task] of the network; panels saved before there were others do not say
 * @property {[string, number][] | null} classes what the network calls the sound, and how probable that is
 * @property {[string, number][] | null} [unmuted] the same, line by line, where nothing is muted; absent while nothing is
 * @property {string} [none] why none of the classes is said; absent where one is
 * @property {boolean} [untrained]
 * @property {boolean} [control] of the take before it: the same network with random weights
 * @property {number} source_scale
 *
 * @typedef {{kind: "source" | "feature", take: number, deck: string}} RowFacts
 * @typedef {{trait: string, label: string, options: string[], value: string}} ChoiceFacts
 *
 * @typedef {object} Song a clip that is longer than the window; what is optional panels saved before there were time lines do not say
 * @property {number} duration
 * @property {number} window
 * @property {number[]} overview
 * @property {number} busiest
 * @property {number} [number] by which Python knows the song under the model
 * @property {number | null} [unmuted] likewise, without what is muted; null if nothing is
 * @property {number} [hop] s between the windows that are heard
 * @property {boolean} [asks] too long to be heard unasked
 * @property {"classes" | "tags" | "tempo" | null} [said] what the network says of a window, if a time line can show it
 * @property {Place[]} [windows] that a page of its own holds; a live panel has all
 *
 * @typedef {{start: number, why: string}} Place a window of a song, and why it is in a page
 *
 * @typedef {object} HeardSong what was heard of a whole song; lists go by window
 * @property {number} hop
 * @property {number} seconds of a window
 * @property {number} duration
 * @property {number[]} times where each window begins, s
 * @property {number[]} [wave] largest magnitudes over the song, 0 to 255
 * @property {string[]} classes
 * @property {number} [none_below] the largest probability below which none of them is said; songs saved before there was one do not say
 * @property {Float32Array} probabilities window by window
 * @property {{features: number, scale: number, halves: Uint16Array}[]} layers activities as float16, times `scale`, window by window
 *
 * @typedef {object} SongState
 * @property {HeardSong | null} heard
 * @property {HeardSong | null} before without what is muted; null where nothing is
 * @property {Progress | null} progress
 * @property {string} error
 * @typedef {{names: string[], probes: number, engine: string, layers?: Record<string, any>}} AttributeFacts
 * @typedef {{of: number, name: string, why: string}} EffectFacts what names the effects; the class that is predicted; why there are none
 * @typedef {{shown: boolean, why: string, seed: number | null}} ControlFacts of row C; why there can be none
 * @typedef {Record<string, string | number>} Chosen model, clip and start, or a probe's attributes
 * @typedef {[layer: number, feature: number, gain: number]} Muted a feature and its gain: 0 takes it out of the network
 * @typedef {{band: [number, number] | null, stretch: [number, number] | null}} Part of the source that is taken out: Hz, and s in the window
 *
 * @typedef {object} Facts
 * @property {string} [kind]
 * @property {string} [title]
 * @property {string} [call]
 * @property {string} [no_call]
 * @property {boolean} live
 * @property {boolean} [still] some features of a layer that was not computed as a whole: no ranking, no wall
 * @property {boolean} [steady] another sound does not stop what plays
 * @property {number} [revision]
 * @property {number[]} [revisions] of each layer: what its features depend on
 * @property {Muted[]} [muted] of panels that can mute
 * @property {Part[]} [removed]
 * @property {number} [bank_bytes]
 * @property {string[]} [models]
 * @property {string[]} [clips]
 * @property {ChoiceFacts[]} [choices]
 * @property {Chosen} [chosen]
 * @property {Song | null} [song]
 * @property {AttributeFacts} [attributes]
 * @property {ControlFacts} [control] of panels that can have row C
 * @property {EffectFacts} [effect] of panels that measure what features do to the prediction
 * @property {TakeFacts[]} takes
 * @property {RowFacts[]} rows
 * @property {LayerFacts[]} layers
 * @property {string[]} rules
 * @property {string[]} resyntheses
 * @property {string[]} positions
 * @property {number} sample_rate
 * @property {Axes} [axes]
 * @property {"linear" | "log" | "mel"} [scale] of frequency, that the panel opens with
 * @property {number} [n_fft] of panels saved without axes
 * @property {number} [hop_length] likewise
 * @property {number} bins
 * @property {number} frames
 * @property {number} start
 * @property {number} duration
 * @property {[number, number]} db_range
 * @property {string} codec
 * @property {string[]} [notes]
 *
 * @typedef {object} ShownFacts of one feature of one take
 * @property {boolean} silent
 * @property {string} note
 * @property {number} scale
 * @property {number} scale_db
 * @property {number} gain_db
 * @property {number} limited_db
 * @property {number} picture_db
 * @property {boolean} matched
 * @property {number[]} [cell] of the map that was projected alone, along its axes
 *
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 * @typedef {{pixels: Bytes, sound: Bytes}} Source
 * @typedef {{pixels: Bytes, sound: Bytes, shown: ShownFacts}} Item a feature of a take
 * @typedef {Asked & {revision?: number, takes: Item[]}} Current
 * @typedef {{bytes: Bytes, codec: string, rate: number, scale: number, gain_db?: number}} Sound
 *
 * @typedef {object} Survey of a layer; lists go by feature
 * @property {number[] | null} order the most interesting first; null before it is known whether there is a control
 * @property {string} [no_control] why there is none
 * @property {string} verdict
 * @property {number[]} similar
 * @property {number[]} interest
 * @property {number[]} energy
 * @property {number[]} likeness
 * @property {([number, number] | null)[] | null} [likeness_interval] of 95 %; null for a silent feature
 * @property {[number, number] | null} [control_range] of eight in ten features of random weights
 * @property {number[]} sparseness
 * @property {number[]} twin
 * @property {number[]} redundancy
 * @property {number[]} copies
 * @property {number[]} group below 0: silent
 * @property {number} alike
 *
 * @typedef {object} Bank a layer as a whole
 * @property {Survey} survey
 * @property {number | null} control
 * @property {(feature: number) => Bytes | Promise<Bytes>} picture
 *
 * @typedef {{has: (feature: number) => boolean, picture: (feature: number) => Bytes, survey: Survey | null}} Filling a layer whose features come one after another
 *
 * @typedef {object} Effects of a layer's features on the logit of the predicted class; lists go by feature
 * @property {string} why there are none; then there is nothing else
 * @property {number} windows
 * @property {number[]} order those that speak most for the class first
 * @property {number[]} here in the window shown
 * @property {number[]} mean over the windows
 * @property {number[] | null} low null with one window
 * @property {number[] | null} high
 *
 * @typedef {object} Attributes a layer's heat map
 * @property {string[]} names
 * @property {Float32Array} values
 * @property {(number | null)[]} own
 * @property {(number | null)[] | null} [control]
 * @property {string} [no_control] why there is none
 * @property {(number | null)[]} probes
 *
 * @typedef {{share: number, words: string}} Progress
 *
 * @typedef {object} Store what a panel asks; what is optional only a live one has
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {(name: string, callback: () => void) => (() => void)} on
 * @property {() => Current | null} current
 * @property {() => Source[] | null} sources
 * @property {() => Bank | null} bank
 * @property {() => Filling | null} [filling] the layer as far as it is here, if its features come one after another
 * @property {() => Attributes | null} attributes
 * @property {() => Effects | null} [effects] of the layer
 * @property {() => Item[][]} [near]
 * @property {() => number | null} [progress]
 * @property {(again?: boolean) => void} [wantBank]
 * @property {() => void} [cancel]
 * @property {() => boolean} [gone] whether Python is
 * @property {() => Progress | null} [attributesProgress]
 * @property {() => SongState | null} [song] the whole song, for the time line
 * @property {(again?: boolean) => void} [wantSong]
 * @property {() => void} [stopSong]
 * @property {(start: number) => Promise<string>} [ahead] a window that will be shown next; resolves to what is wrong with it
 * @property {(rests: boolean) => void} [rest] windows come and go: their layers are not worth computing whole
 * @property {(again?: boolean) => void} [wantAttributes]
 * @property {() => void} [stopAttributes]
 * @property {(file: File, progress: (share: number) => boolean) => Promise<string>} [upload]
 * @property {Host} [host] where the page itself computes
 *
 * @typedef {object} Model what of an anywidget's model is used
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {(name: string, callback: (...args: any[]) => void) => void} on
 * @property {(name: string, callback: (...args: any[]) => void) => void} off
 * @property {() => void} save_changes
 * @property {(content: object, callbacks?: undefined, buffers?: ArrayBuffer[]) => void} send
 * @property {string} [gone] of a page that computes: why nothing can be computed, once that is so
 * @property {Host} [host] likewise: what it can do that a kernel's page cannot
 *
 * @typedef {object} Host what a page that computes does by itself; promises resolve to what is wrong, "" if nothing is
 * @property {(file: File, progress: (share: number) => boolean) => Promise<string>} upload takes a sound file
 * @property {(progress: (share: number) => boolean) => Promise<string>} record takes what the microphone hears
 * @property {() => string} link the address that opens the view
 * @property {() => string} lacks what of the view that address does not carry
 */

export {};
