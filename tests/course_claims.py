"""What the notebooks say about their numbers, sentence by sentence, and how each is checked.

A notebook runs on whatever synthesiser, processor and version of the libraries is there. So its
text either says what a cell prints, or it stands here beside an expression that is evaluated in the
notebook's own names while the course is run.
"""

from course import Claim

BY_A_HUNDRED = (
    "With 100 random networks (`aj.dissect(model)`, some four minutes on two cores) only these "
    "eight are left: | feature | name | AUC | |---|---|---| "
    "| 1-7, 1-35, 2-42 | silence detectors | .86, .86, .84 | "
    "| 3-50, 3-9, 4-18 | kick detectors | .93, .87, .92 | "
    "| 3-3, 4-39 | snare detectors | .83, .87 |",
    "Of the paper's claims about *its* network only the kick-drum selectors then hold for this "
    "one.",
    '"Onset detector, 2-36" has an AUC of .88 and does not pass the bar of 100. 3-3 passes it '
    "under another name",
)
"""What notebook 4 says of a dissection that takes minutes; a test of its own checks it."""

NAMES_BY_A_HUNDRED = {
    (1, 7): "silence detector, AUC .86",
    (1, 35): "silence detector, AUC .86",
    (2, 42): "silence detector, AUC .84",
    (3, 50): "kick detector, AUC .93",
    (3, 9): "kick detector, AUC .87",
    (4, 18): "kick detector, AUC .92",
    (3, 3): "snare detector, AUC .83",
    (4, 39): "snare detector, AUC .87",
}

FACTS: tuple[str, ...] = (
    *BY_A_HUNDRED,
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
        "These shares are means over the whole clip, four seconds at a time. The panel below shows "
        "those for the four seconds that it plays, which are not quite the same.",
        "model.predict(clip) != aj.listen(model, clip).predict()",
    ),
    Claim(
        "First come the features that *stand out*",
        "first == shot.feature == panel.feature",
        later=True,
    ),
    Claim(
        "Before you say that a feature *is* something, compare with the control",
        "all(likeness(control, layer) > 0.3 for layer in (1, 3, 5))",
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
    20 <= int(share) <= 30
    for share in switches_that_differ(aj.random_model(model, seed=0)).replace("%", "").split()
)""",
    ),
    Claim(
        "No test of the *forward* pass can find this error, and under two of the three rules it "
        "makes no difference.",
        """np.array_equal(relu(max_pool(several), "guided"), max_pool(relu(several, "guided")))
and r["gradient"] > 0.9999 and r["guided"] > 0.9999 and r["deconvnet"] < 0.99""",
    ),
    Claim(
        "They differ only in this gain.",
        """np.allclose(
    (by_hand * 10 ** (finished.gain_db / 20))[:-256], finished.samples[:-256], atol=1e-4
)""",
        later=True,
    ),
]

KEYS = [
    Claim(
        "Here only 20 random networks set the bar",
        """dissected.chance.best.shape[1] == 20
and {name.name for key, name in dissected.names.items() if key in [(3, 3), (2, 36)]}
== {"hi-hat detector, AUC .81", "onset detector, AUC .88"}""",
        later=True,
    ),
    Claim(
        "3-3 passes it under another name: it responds to snares and to hi-hats",
        """sum(name.name != "no clear concept" for name in dissected.names.values()) > 8
and "2-36 (0.88)" in dissected.claims()""",
    ),
    Claim("And 2-42 is the feature of section 5 again.", "dissected.names[2, 42].auc > 0.8"),
    Claim(
        "First comes the clip, then what 3-50 makes of it, then what feature 3-50 of the control "
        "makes of it.",
        "(explorer.layer, explorer.feature) == (3, 50)",
        later=True,
    ),
    Claim(
        "The name says that 3-50 responds *more strongly* to kicks than to other attacks.",
        "dissected.names[3, 50].concept == 'kick'",
    ),
    Claim(
        "Try 3-9 and 4-18, which have the same name. Do the three sound alike? And does 4-39 keep "
        "the snare?",
        """[dissected.names[key].concept for key in [(3, 9), (4, 18), (4, 39)]]
== ["kick", "kick", "snare"]""",
    ),
    Claim(
        "| a high r for the chord, 2-42 | it responds to the gaps, whatever is played | it "
        "understands harmony | | 2-36, onsets, AUC .88 | it did not pass the bar of 100 random "
        "networks | the network learnt an onset detector | | 3-50, kicks, AUC .93 | it passed the "
        "bar of 100 random networks, on these 104 sounds |",
        "[round(dissected.names[key].auc, 2) for key in [(2, 36), (3, 50)]] == [0.88, 0.93]",
    ),
    Claim(
        "| a higher r for the key in layer 5 than random weights (section 4) | training raised it "
        "a little |",
        """0 < mean_r(projected, 5, "key") - mean_r(projected_control, 5, "key") < 0.15""",
    ),
    Claim(
        "4. Is 3-50 a *kick* detector or a *low* detector?",
        "dissected.names[3, 50].concept == 'kick'",
    ),
    Claim("192 signals of 4 s", "len(probes) == 192", later=True),
    Claim("192 clips make 18,336 pairs.", "len(clips) * (len(clips) - 1) // 2 == 18_336"),
    Claim(
        "Another key moves every line of the picture, so little stays in place; another chord on "
        "the same root moves only some of the lines.",
        'r["key"] < 0.3 and r["chord"] > 0.5',
    ),
    Claim(
        "from layer 2 on the filled marks lie *below* the open ones, for all three attributes.",
        """all(
    mean_r(found, layer, name) < mean_r(by_chance, layer, name)
    for layer in range(2, 6)
    for name in found.attributes
) and len(found.attributes) == 3""",
    ),
    Claim(
        "Features with random weights all respond alike, wherever there is sound",
        "all(mean_r(by_chance, 5, name) > 0.5 for name in found.attributes)",
    ),
    Claim(
        "In layer 1 the same features, on the same clips, now have a high r instead of a low one, "
        "whether trained or not.",
        """all(
    in_place[who, 1] < 0.3 and in_time[who, 1] > 0.6 for who in ("trained", "random")
)""",
    ),
    Claim(
        "in layer 1 a network that has learnt nothing has the same r, and in layer 5 it is still "
        "close.",
        """all(
    abs(mean_r(projected, layer, name) - mean_r(projected_control, layer, name)) < most
    for layer, most in [(1, 0.04), (5, 0.15)]
    for name in projected.attributes
)""",
    ),
    Claim(
        "For every attribute more features pass in the control than in the trained network, and "
        "only a handful of the trained ones exceed the control.",
        """all(
    len(found.invariant(name)) < len(by_chance.invariant(name))
    and len(found.invariant(name, control=by_chance)) <= 5
    for name in found.attributes
)""",
    ),
    Claim(
        "Look twice at two features with a high r for the chord. * 4-60 was silent in most pairs. "
        "It hardly ever responds, so its results can hardly differ. * 2-42 responds to every clip.",
        """[
    (row.mean > 0.7, row.dropped > row.pairs, row.dropped == 0)
    for which in [(4, 60), (2, 42)]
    for row in found.features
    if (row.layer, row.feature, row.attribute) == (*which, "chord")
] == [(True, True, False), (True, False, True)]""",
    ),
    Claim(
        "It responds mostly where there is next to *nothing*.",
        "own > 0.6 and own > 1.5 * np.median(shares)",
    ),
    Claim(
        "Start with 2-42",
        "(panel.layer, panel.feature, panel.instrument) == (2, 42, 'saxophone')",
        later=True,
    ),
    Claim(
        "the trained network has a low r for another song, and a high r for the same song played "
        "softer.",
        """all(
    mean_r(yours, layer, "song") < 0.3 and mean_r(yours, layer, "level") > 0.7
    for layer in range(1, 6)
)""",
    ),
    Claim(
        "In layer 5 of the control even different songs have a high r",
        'mean_r(yours_by_chance, 5, "song") > 0.6',
    ),
    Claim(
        "Take one concept, *kick*, and one feature, 3-50.",
        "kicks[:, 50].mean() > 2 * others[:, 50].mean()",
        later=True,
    ),
    Claim(
        "One of five random networks does as well! Six sounds are few",
        """len(drums) == 6 and len(untrained) == 5
and sum(best(network, drums) > best(model, drums) - 0.01 for network in untrained) == 1""",
    ),
    Claim(
        "The random networks' luck is gone, while 3-50, still the best of the trained network, has "
        "lost next to nothing.",
        """(lambda few, many: (
    many(50) == best(model, more) and few(50) - many(50) < 0.04
    and all(best(network, more) < 0.75 for network in untrained)
))(*(
    (lambda kicks, others: lambda k: auc(kicks[:, k], others[:, k]))(*at_strokes(model, sounds))
    for sounds in (drums, more)
))""",
    ),
    Claim(
        "320 features, 24 concepts, 104 sounds.",
        """(len(dissected.names), dissected.sounds) == (320, 104)
and len({row.concept for row in dissected}) == 24""",
        later=True,
    ),
    Claim(
        "(The test works the other way round, too: `aj.random_model(model, seed=1000)`, which had "
        "no part in setting the bar of 20, gets no name at all with "
        "`chance_of=dissected.chance`.)",
        """{
    name.name
    for name in aj.dissect(
        aj.random_model(model, seed=1000), chance_of=dissected.chance, draws=1000, progress=False
    ).names.values()
} == {"no clear concept"}""",
    ),
]

ATLAS = [
    Claim(
        "in layer 3 half a second and 474 Hz",
        "model.network.architecture.receptive_field(3)[0] == 22",
    ),
    Claim("Here we add Bach backwards", "heard_files() == before + 1", later=True),
    Claim(
        "So the strongest places of 3-50 hold kick drums",
        """all(
    any(stroke.kind == "kick" for stroke in probes[one.file].strokes)
    for one in atlas.feature(3, 50).excerpts
)""",
    ),
    Claim(
        "None of its features is dead. Each has nine places and neighbours",
        """all(
    len(one.excerpts) == 9 and len(one.neighbours) > 0 for one in random_atlas.features
) and len(random_atlas.features) == 320""",
    ),
    Claim(
        "In layer 3 several trained features have a kick in all nine places. With random weights "
        "none has, and the mean is less than half as large.",
        """(trained == 9).sum() >= 3 and random.max() < 9
and random.mean() < trained.mean() / 2""",
    ),
    Claim(
        "3-50 and 3-9 have a name in notebook 4; the others have none.",
        "set(np.flatnonzero(trained == 9)) & {50, 9, 3} == {50, 9}",  # 3-3 is the third named one
    ),
    Claim(
        "3-3 is called a snare detector, but more of its places hold a kick than a snare; and most "
        "places of 4-39 are in music.",
        """counts(atlas, 3, "kick")[3] > counts(atlas, 3, "snare")[3]
and sum(one.file not in probes for one in atlas.feature(4, 39).excerpts) > 4""",
    ),
    Claim("These eight names are those of notebook 4", "len(notes) == 8", later=True),
    Claim(
        "A feature with a name always gets a page.",
        "10 < len(list((atlas.folder / 'features').glob('*.html'))) <= 18",
        later=True,
    ),
    Claim(
        "In layer 5 many are: a cell there sees more than two seconds, and most of these files "
        "last only four. The control has about as many",
        """[at_the_edge(one, 5) > 0.3 for one in (atlas, random_atlas)] == [True, True]
and abs(at_the_edge(atlas, 5) - at_the_edge(random_atlas, 5)) < 0.2
and at_the_edge(atlas, 5) > at_the_edge(atlas, 4)""",
    ),
    Claim(
        "This page is one file of about 5 MB, and the explorer runs in it without Python: open it "
        "in a browser, drop a song on it, and go on listening to 3-50.",
        "4.5e6 < page.stat().st_size < 6e6 and (panel.layer, panel.feature) == (3, 50)",
        later=True,
    ),
    Claim(
        "Make an atlas of music of one kind only, without drums. What is 3-50's strongest place "
        "now?",
        "atlas.feature(3, 50).excerpts",
    ),
    Claim(
        "Is 3-50's response at the *weakest* of its nine places far below that at the strongest",
        "atlas.feature(3, 50).excerpts[0].value > atlas.feature(3, 50).excerpts[8].value",
    ),
]

OWN = [
    Claim(
        "Read this before you listen. The layers were found by their kernels and have the names of "
        "your attributes.",
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
        """found.max() > 0.3 and found.min() < -0.3
and max(sides(one, 3).max() for one in controls) < 0.1""",
    ),
    Claim(
        "The network answers, but it cannot be projected, and the message says three things: "
        "**where** (file and line; a notebook's cell is a file with a number for a name), **what** "
        "(`gelu`), and the **ways out**.",
        """(lambda refused: refused.operation == "gelu" and refused.place.line == 3
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
        "In layer 3 the network with a max-pool is as much like the source as the network without "
        "any pooling",
        """abs(redrawn["Net"][2] - redrawn["Unpooled"][2]) < 0.1
and redrawn["Averaged"][2] < 0.75 * redrawn["Net"][2]""",
    ),
]

CAUSE = [
    Claim(
        "The trained network is right in nearly every window. The random networks are right no "
        "more often than someone who always says *ballad*.",
        """np.mean(said(song)[truth(song) != ""] == truth(song)[truth(song) != ""]) > 0.9
and all(
    np.mean((said(one) == truth(one))[truth(one) != ""])
    <= np.mean(truth(one)[truth(one) != ""] == "ballad") + 0.02
    for one in controls
)""",
    ),
    Claim(
        "The trained network is right nearly every time, and no random network comes near.",
        "tells_apart(song) > 0.95 and max(tells_apart(one) for one in controls) < 0.85",
    ),
    Claim(
        "whose cells see half a second each",
        "0.4 < model.layer(3).field[1] * model.frontend.axes.hop < 0.6",
    ),
    Claim(
        "In random networks, too, some feature goes along with the beat",
        "min(follows(one).max() for one in controls) > 0.25",
    ),
    Claim(
        "The carrier is gone, and hip-hop stays hip-hop. It even stays hip-hop when nothing sounds "
        "below 150 Hz.",
        """[max(shares, key=shares.get) for shares in (
    heard.predict(),
    heard.predict(mute=[(3, carrier)]),
    heard.without(band=(0, 150)).predict(),
)] == ["hip-hop"] * 3""",
    ),
    Claim("None of them changes more than a window or two", "max(counts) <= 2 < len(some) / 2"),
    Claim(
        "the network was sure, and is several times less sure",
        "odds(heard.predict()) > 3 * odds(heard.predict(mute=[(3, carrier)])) > 30",
    ),
    Claim(
        "The interval lies below 0: there is an effect",
        "interval(np.concatenate(effects))[1] < 0",
    ),
    Claim(
        "it comes first of 64, and it lies outside of the band",
        "rank == 1 and found.outside[carrier, model.classes.index(genre)]",
    ),
    Claim(
        "The second does not follow the beat at all, and speaks for hip-hop all the same.",
        """r[found.order(genre)[1]] < 0.15
and found.high[found.order(genre)[1], model.classes.index(genre)] < 0""",
    ),
    Claim(
        "By the mean the effect is smaller, and still outside of the band.",
        """by_mean.outside[carrier, column]
and found.effect[carrier, column] < by_mean.effect[carrier, column] < 0""",
    ),
    Claim(
        "Some eight it takes. Of those that are drawn at random even 32 do not do it.",
        "falls[0][3] > 0.5 > falls[0][5] and min(map(min, falls[1:])) > 0.6",
    ),
    Claim(
        "They do not add up: what one feature does depends on which others are there.",
        "alone < 1.1 * eight.effect[0, column] < 0",
    ),
    Claim(
        "in this song it does so more than the 63 others", "r.argmax() == carrier and len(r) == 64"
    ),
    Claim(
        "eight together turned the verdict over",
        "falls[0][4] < 0.6 and eight.outside[0, column]",
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
