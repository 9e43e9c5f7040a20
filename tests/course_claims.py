"""What the notebooks say about their numbers, sentence by sentence, and how each is checked.

A notebook runs on whatever synthesiser, processor and version of the libraries is there. So its
text either says what a cell prints, or it stands here beside an expression that is evaluated in the
notebook's own names while the course is run.
"""

from course import Claim

FACTS: tuple[str, ...] = (
    "1607.02444",
    "Make every clip of one genre 6 dB louder",
    "the share of the picture that holds 90 % of the energy",  # as defined in the cell below
    "12 dB softer",  # the factor 0.25 in the cell below
    "1 means always, .5 as often as not",  # what an AUC is
    "lower end of its 95 % interval",
    "exceed 95 % of the control's features",
    "not more than 40 dB below the loudest one",  # the factor 0.01 in the cell below
    "the features whose r is .7 or more",  # LEAST in attribute_table
    "Between which ends lie 95 % of the means?",
    "at twice its strength, `heard.predict(gains={(3, k): 2.0})`",
    "A share of .99 and one of .98 look much the same, and yet the odds have halved",
    "its AUC is .75 or more, *and* that is beyond chance by the shifts (q < .05",
)
"""Numbers that follow from the text itself or are defined by the package."""

HEAR = [
    Claim(
        "It knows only three words, *ballad*, *dance* and *hip-hop*, and shares out 100 % among "
        "them, whatever it hears.",
        """model.classes == ("ballad", "dance", "hip-hop")
and abs(sum(model.predict(clip).values()) - 1) < 1e-6""",
    ),
    Claim(
        "These shares are means over the whole clip, four seconds at a time. The panel shows those "
        "for the four seconds that it plays, which are not quite the same.",
        "model.predict(clip) != aj.listen(model, clip).predict()",
    ),
    Claim(
        "The panel opened with the first feature of layer 2.",
        "(panel.layer, panel.feature) == (2, aj.survey(panel.heard, 2).order[0])",
    ),
    Claim(
        "ranks the 64 features of a layer; we take the first.", "first == shot.feature", later=True
    ),
    Claim(
        "Before you say that a feature *is* something, compare with the control",
        """all(
    likeness(control.project_layer(layer), control.picture) > 0.3 for layer in (1, 3, 5)
)""",
    ),
    Claim("The panel opens where most is going on", "my_panel.layer == 2", later=True),
]

SONG = [
    Claim(
        "The *exact* ones follow from the architecture, and they are larger.",
        """all(
    float(row.split()[1]) < float(row.split()[6]) for row in fields_table(model).splitlines()[1:6]
)""",
    ),
    Claim(
        "No patch is larger than the column *before pooling* allows",
        """all(
    max(extents[axis] for extents in spreads) <= model.layer(layer).unpooled[axis]
    for layer, spreads in enumerate([
        [
            np.ptp(np.argwhere(shot.picture), axis=0) + 1
            for shot in heard.projections(layer, position="strongest") if shot.picture.any()
        ]
        for layer in range(1, 6)
    ], start=1)
    for axis in (0, 1)
)""",
    ),
    Claim(
        "First test the measures on something for which the answer is known.",
        """attack_db(percussive, heard.picture) > 3 > 0 > attack_db(harmonic, heard.picture)
and low_share(percussive) > low_share(harmonic)""",
        later=True,
    ),
    Claim(
        "A cell of this layer sees a tenth of a second: too little for a note",
        "100 <= float(fields_table(model).splitlines()[1].split()[6]) < 130",
    ),
    Claim(
        "The direction of the kernel predicts the sound, even in networks that have learnt nothing",
        "min(edge_rule(listening(one, name)) for one in random_networks for name in clips) > 0.25",
    ),
    Claim(
        "Three of these six features keep attacks more than any other in layer 1, three less than "
        "any other (of the features with at least a thousandth of the layer's energy).",
        """(lambda strong: sorted(at.attack[six]) == [*strong[:3], *strong[-3:]])(
    sorted(at.attack[at.survey.energy >= 0.001])
)""",
        later=True,
    ),
    Claim(
        "There are features that keep attacks, and features that keep sustained sound, before any "
        "training.",
        "earlier.attack[earlier.alive].max() > 3 and earlier.attack[earlier.alive].min() < -1",
    ),
    Claim("A cell sees a quarter of a second.", "'255 ms' in fields_table(model).splitlines()[2]"),
    Claim(
        "A cell sees half a second and 474 Hz.",
        "'534 ms x 474 Hz' in fields_table(model).splitlines()[3]",
    ),
    Claim("Shift the *whole* piece up by 689 Hz, 32 bins", "round(lift) == 689", later=True),
    Claim("A cell sees one second.", "'1091 ms' in fields_table(model).splitlines()[4]"),
    Claim(
        "In a network with random weights the features grow no finer from layer to layer.",
        """all(
    np.median(deep.lit[deep.alive]) > np.median(first.lit[first.alive])
    for who in ("before", "untrained") for first in [measure(ears[who], 1)]
    for layer in range(2, 6) for deep in [measure(ears[who], layer)]
)""",
    ),
    Claim(
        "A cell sees two seconds and 2 kHz.",
        "'2206 ms x 2024 Hz' in fields_table(model).splitlines()[5]",
    ),
    Claim(
        "In a random network all features become much the same picture: about 0.5 from layer 2 on.",
        """all(
    0.4 < alikeness(ears[who], layer) < 0.6
    for who in ("before", "untrained") for layer in range(2, 6)
)""",
    ),
    Claim(
        "here more of its energy lies low than of the source's, and of all features of which that "
        "is true, this is the one that does so in the fewest other excerpts.",
        """(lambda follows, alive: follows[here, luck] and follows[:, luck].sum() == min(
    follows[:, k].sum() for k in np.flatnonzero(follows[here] & alive)
))(lows > source, measure(heard, 3).alive)""",
        later=True,
    ),
]

TEACH = [
    Claim(
        "Five blocks of 8 to 16 maps instead of the paper's 64",
        "(len(SMALL.features), min(SMALL.features), max(SMALL.features)) == (5, 8, 16)",
        later=True,
    ),
    Claim(
        "the *shipped* network, with 64 maps in each layer, which was trained on far more pieces.",
        "set(aj.load_model('genre').network.architecture.features) == {64}",
    ),
    Claim(
        "plain logistic regression on the mean spectrum of a clip, on its rhythm, and on both",
        "len(mine.baselines) == 3",
        later=True,
    ),
]

HAND = [
    Claim(
        "JAX divides the signal equally among tied values.",
        "np.allclose(jax.grad(lambda x: x.max())(zeros), 0.25)",
    ),
    Claim(
        "After a ReLU many windows are all zeros, so ties are common.",
        "all((heard.activations(layer) == 0).mean() > 0.1 for layer in range(1, 6))",
    ),
    Claim(
        "With random weights about a quarter of the switches differ.",
        """all(
    0.2 <= round(share, 2) <= 0.3
    for share in switches_that_differ(aj.random_model(model, seed=0))
)""",
    ),
    Claim(
        "No test of the *forward* pass can find this error, and under two of the three rules it "
        "makes no difference.",
        """np.array_equal(relu(max_pool(several), "guided"), max_pool(relu(several, "guided")))
and r["gradient"] > 0.9999 and r["guided"] > 0.9999 and r["deconvnet"] < 0.99""",
    ),
    Claim(
        "They differ only in this gain:",
        """np.allclose(
    (by_hand * 10 ** (finished.gain_db / 20))[:-256], finished.samples[:-256], atol=1e-4
)""",
    ),
]

KEYS = [
    Claim("192 signals of 4 s", "len(probes) == 192", later=True),
    Claim("192 clips make 18,336 pairs.", "len(clips) * (len(clips) - 1) // 2 == 18_336"),
    Claim(
        "Another key moves every line of the picture, so little stays in place; another chord on "
        "the same root moves only some of the lines.",
        'r["key"] < 0.3 and r["chord"] > 0.5',
    ),
    Claim(
        "Features with random weights all respond alike, wherever there is sound (notebook 1, "
        "section 8), so their r is high",
        "all(mean_r(by_chance, 5, name) > 0.5 for name in found.attributes)",
    ),
    Claim(
        "In layer 1 the same features, on the same clips, now have a much higher r, whether "
        "trained or not.",
        """all(in_time[who, 1] > in_place[who, 1] + 0.2 for who in ("trained", "random"))""",
    ),
    Claim(
        "Among the features with a high r for the chord, which one was silent in most pairs?",
        "seldom.mean > 0.7",
        later=True,
    ),
    Claim(
        "No other of them responds so much where there is next to *nothing*.",
        "shares[gaps.feature] == max(shares[row.feature] for row in high)",
    ),
    Claim(
        "Start with the feature of the gaps",
        "(panel.layer, panel.feature, panel.instrument) == (2, gaps.feature, 'saxophone')",
        later=True,
    ),
    Claim(
        "the trained network has a much lower r for another song than for the same song played "
        "softer.",
        """all(
    mean_r(yours, layer, "song") + 0.2 < mean_r(yours, layer, "level") for layer in range(1, 6)
)""",
    ),
    Claim(
        "In layer 5 of the control even different songs have a high r",
        'mean_r(yours_by_chance, 5, "song") > 0.5',
    ),
    Claim(
        "Take one concept, *kick*, and one feature of layer 3",
        "kicks[:, first].mean() > others[:, first].mean()",
        later=True,
    ),
    Claim(
        "one of the five random networks come close, or do better? Six sounds are few",
        "len(drums) == 6 and len(untrained) == 5",
    ),
    Claim(
        "The random networks' luck is gone.", "np.mean(on_more[1:]) < np.mean(on_drums[1:]) - 0.05"
    ),
    Claim(
        "320 features, 24 concepts, 104 sounds.",
        """(len(dissected.names), dissected.sounds) == (320, 104)
and len({row.concept for row in dissected}) == 24""",
        later=True,
    ),
    Claim(
        "Here 40 random networks set the bar.",
        "dissected.chance.best.shape[1] == 40",
        later=True,
    ),
    Claim(
        "(The test works the other way round, too: `aj.random_model(model, seed=1000)`, which had "
        "no part in setting the bar of 40, gets no name at all with "
        "`chance_of=dissected.chance`.)",
        """aj.dissect(
    aj.random_model(model, seed=1000), chance_of=dissected.chance, draws=1000, progress=False
).named == []""",
    ),
    Claim(
        "Here is a feature with a name, on music that had no part in naming it",
        "(explorer.layer, explorer.feature) == (named.layer, named.feature)",
        later=True,
    ),
]

ATLAS = [
    Claim(
        "Here is the same search on the same sounds",
        "kicks[kick] == max(kicks) and np.argsort(-kicks)[0] == kick",
        later=True,
    ),
    Claim(
        "in layer 3 half a second and 474 Hz",
        "model.network.architecture.receptive_field(3)[0] == 22",
    ),
    Claim("Here we add Bach backwards", "heard_files() == before + 1", later=True),
    Claim(
        "Hardly any of its features is dead. They have nine places and neighbours",
        """np.mean([
    len(one.excerpts) == 9 and len(one.neighbours) > 0 for one in random_atlas.features
]) > 0.95 and len(random_atlas.features) == 320""",
    ),
    Claim(
        "the three features of section 3 that are best at kicks get a name",
        "len(notes) == 3 and (kick_layer, kick) in notes",
        later=True,
    ),
    Claim(
        "A feature with a name always gets a page.",
        "10 <= len(list((atlas.folder / 'features').glob('*.html'))) <= 13",
        later=True,
    ),
    Claim(
        "A cell of layer 5 sees more than two seconds, and most of these files last only four",
        """model.layer(5).field[1] * model.frontend.axes.hop > 2
and np.median([probe.clip.duration for probe in probes.values()]) == 4
and len(probes) > len(list(music.rglob("*.*"))) / 2""",
    ),
    Claim(
        "This page is one file of about 5 MB, and the explorer runs in it without Python: open it "
        "in a browser, drop a song on it, and go on listening to the same feature.",
        "4.5e6 < page.stat().st_size < 6e6 and (panel.layer, panel.feature) == (kick_layer, kick)",
        later=True,
    ),
    Claim(
        "Is the response of that feature at the *weakest* of its nine places far below that at the "
        "strongest",
        "feature.excerpts[0].value > feature.excerpts[-1].value",
    ),
]

OWN = [
    Claim(
        "The layers were found by their kernels and have the names of your attributes.",
        '[layer.name for layer in model.layers] == ["conv1", "conv2", "conv3"]',
    ),
    Claim(
        "`aj.stimuli` makes six sounds of each for every seed, with other times, pitches and "
        "levels.",
        """[[one.kind for one in sounds([seed])] for seed in (0, 101)]
== [["drums"] * 6 + ["tones"] * 6] * 2""",
        later=True,
    ),
    Claim(
        "By guessing, half of the answers would be right.",
        "len(unseen) == 48 and counts[0] > 40 and all(12 <= count <= 36 for count in counts[1:])",
        later=True,
    ),
    Claim(
        "Random weights set features apart, too",
        "all(np.ptp(sides(one, 1)) > 0.4 for one in controls)",
    ),
    Claim(
        "In layer 1 the features of one control lie even further apart than those of the trained "
        "network.",
        "sum(np.ptp(sides(one, 1)) > np.ptp(sides(trained, 1)) for one in controls) == 1",
    ),
    Claim(
        "But in layer 3 only the trained network has a feature that keeps clearly more of the "
        "hi-hat, beside others that keep the tones.",
        """sides(trained, 3).max() > 0.3 and sides(trained, 3).min() < -0.3
and max(sides(one, 3).max() for one in controls) < 0.1""",
    ),
    Claim(
        "The network answers, but it cannot be projected, and the message says three things: "
        "**where** (the cell by its number, and the line), **what** (`gelu`), and the **ways "
        "out**.",
        """(lambda refused: refused.operation == "gelu" and refused.place.line == 3
    and str(refused).startswith("In[") and "], line 3: " in str(refused)
    and "aj.tap" in str(refused) and "allow" in str(refused)
)(smooth.network.refused("conv2"))""",
    ),
    Claim(
        "`conv1` now ends before its GELU, and this much can be heard:",
        """smooth.network.refused("conv1") is None
and smooth.network.operations("conv1") == ("conv 3 x 3",)""",
    ),
    Claim(
        "the two statements differ more from each other than the first does from the network with "
        "ReLU.",
        'alike("relu", "gradient") < alike("with ReLU", "relu") < 1',
    ),
    Claim(
        "Of the prelude it says *piano* first.",
        """tagger is None or top(tagger, aj.example_clips()["bach"]).startswith("piano")""",
    ),
    Claim(
        "It is no less sure, and *man* is among the first three tags of every clip",
        """tagger is None or all(
    tags["man"] in sorted(tags.values())[-3:] and max(tags.values()) > 0.9
    for tags in map(aj.untrained(tagger).predict, aj.example_clips().values())
)""",
    ),
    Claim(
        "The features of musicnn echo the prelude less than those of random weights do, in `conv1` "
        "and `conv3` by a third or more; and many are silent.",
        """tagger is None or all(
    one.likeness[~one.silent].mean() < factor * one.control and one.silent.sum() > 10
    for layer, factor in [("conv1", 0.67), ("conv2", 1), ("conv3", 0.67)]
    for one in [aj.survey(aj.listen(tagger, song), layer)]
)""",
    ),
    Claim(
        "The rows of its picture are equal steps of pitch, 17.15 to the octave.",
        """ear is None or np.allclose(
    1 / np.diff(np.log2(ear.frontend.axes.hz)), 17.15, atol=0.005
)""",
        later=True,
    ),
    Claim(
        "four of its blocks have kernels with gaps of 17, 27, 40 and 48 rows.",
        """ear is None or all(
    f"{gap} x 1 apart" in " ".join(ear.network.operations(layer))
    for layer, gap in {"harmonic2": 17, "harmonic3": 27, "harmonic5": 40, "harmonic7": 48}.items()
)""",
        later=True,
    ),
    Claim(
        "The strongest feature of `harmonic2` keeps only the second and the fourth harmonic, "
        "octaves of the tone. But that of `harmonic5` does not keep the fifth",
        """ear is None or (
    kept(strongest(heard, "harmonic2")) == [2, 4]
    and 5 not in kept(strongest(heard, "harmonic5"))
)""",
    ),
    Claim(
        "And with random weights features keep some harmonics and drop others, too.",
        """ear is None or all(
    len(kept(strongest(one, "harmonic2"))) < 12 for one in others
)""",
    ),
    Claim(
        "With random weights most of the energy lies there as well.",
        "ear is None or min(share for share, _ in combs[1:]) > 0.5",
    ),
    Claim(
        "In the trained network it is somewhat more.",
        "ear is None or max(share for share, _ in combs[1:]) < combs[0][0]",
    ),
    Claim(
        "In the four blocks the numbers are low, and about as low with random weights.",
        """ear is None or all(
    max(one.likeness.mean(), one.control) < 0.2 and abs(one.likeness.mean() - one.control) < 0.07
    for one in [aj.survey(aj.listen(ear, tone), layer) for layer in harmonic]
)""",
    ),
    Claim(
        "Without any pooling a network still redraws its input.",
        'redrawn["Unpooled"].min() > 0.3',
    ),
    Claim(
        "With an average pool the likeness fades fastest",
        """max(redrawn, key=lambda kind: redrawn[kind][0] / redrawn[kind][2]) == "Averaged\"""",
    ),
    Claim(
        "Without switches the likeness fades, as it does with the average pool.",
        'strided[2] < 0.75 * redrawn["Net"][2]',
    ),
    Claim(
        "In layer 3 the network with a max-pool is as much like the source as the network without "
        "any pooling",
        """abs(redrawn["Net"][2] - redrawn["Unpooled"][2]) < 0.1
and redrawn["Averaged"][2] < 0.75 * redrawn["Net"][2]""",
    ),
]

CAUSE = [
    Claim(
        "The trained network is right more often than any of the random ones.",
        """np.mean((said(song) == truth(song))[truth(song) != ""]) > max(
    np.mean((said(one) == truth(one))[truth(one) != ""]) for one in controls
)""",
    ),
    Claim(
        "The trained network is right more often than any random network. So the moments",
        "tells_apart(song) > max(tells_apart(one) for one in controls)",
    ),
    Claim(
        "whose cells see half a second each",
        "0.4 < model.layer(3).field[1] * model.frontend.axes.hop < 0.6",
    ),
    Claim(
        "In random networks, too, some feature goes along with the beat",
        "min(follows(one).max() for one in controls) > 0.15",
    ),
    Claim(
        "of the first eight the one that follows the beat least",
        "len(first) == 8 and min(abs(r[first])) == abs(r[least])",
        later=True,
    ),
    Claim(
        "The two numbers differ.",
        "not np.isclose(alone, eight.effect[0, column], rtol=1e-4)",
    ),
    Claim(
        "in this song it does so more than the 63 others", "r.argmax() == carrier and len(r) == 64"
    ),
]

CLAIMS: dict[str, list[Claim]] = {
    "00": HEAR,
    "01": SONG,
    "02": TEACH,
    "03": HAND,
    "04": KEYS,
    "05": ATLAS,
    "06": OWN,
    "07": CAUSE,
}
"""By the notebook's number."""
