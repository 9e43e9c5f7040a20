"""What the notebooks say about their numbers, sentence by sentence, and how each is checked.

A notebook runs on whatever synthesiser, processor and version of the libraries is there. So its
text either says what a cell prints, or it stands here beside an expression that is evaluated in the
notebook's own names while the course is run.
"""

from course import Claim

FACTS: tuple[str, ...] = (
    "1607.02444",
    "Make every clip of one genre 6 dB louder",
    "12 dB softer",  # the factor 0.25 in the cell below
    "1 means always, .5 as often as not",  # what an AUC is
    "lower end of its 95 % interval",
    "exceed 95 % of the control's features",
    "the features whose r is .7 or more",  # LEAST in attribute_table
    "its AUC is .75 or more, *and* that is beyond chance by the shifts (q < .05",
)
"""Numbers that follow from the text itself or are defined by the package."""

HAND = [
    Claim(
        "JAX divides the signal equally among tied values.",
        "np.allclose(jax.grad(lambda x: x.max())(zeros), 0.25)",
    ),
    Claim(
        "After a ReLU many windows are all zeros, so ties are common.",
        "all((heard.activations(layer) == 0).mean() > 0.2 for layer in range(1, 6))",
    ),
    Claim(
        "With random weights about a quarter of the switches differ. After training more of them "
        "do, in most layers over half.",
        """[
    20 <= random <= 30 < own and own > random
    for own, random in zip(*(
        [int(share) for share in switches_that_differ(one).replace("%", "").split()]
        for one in (model, aj.random_model(model, seed=0))
    ))
] == [True] * 5 and np.sum([
    int(share) > 50 for share in switches_that_differ(model).replace("%", "").split()
]) >= 3""",
    ),
    Claim(
        "No test of the *forward* pass can find this error, and under two of the three rules it "
        "makes no difference.",
        """np.array_equal(relu(max_pool(several), "guided"), max_pool(relu(several, "guided")))
and r["gradient"] > 0.9999 and r["guided"] > 0.9999 and r["deconvnet"] < 0.9""",
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
        """len(drums) == 6 and len(strangers) == 5
and sum(best(one, drums) > best(model, drums) - 0.01 for one in strangers) == 1""",
    ),
    Claim(
        "The random networks' luck is gone, while 3-50, still the best of the trained network, has "
        "lost next to nothing.",
        """(lambda few, many: (
    many(50) == best(model, more) and few(50) - many(50) < 0.04
    and all(best(one, more) < 0.75 for one in strangers)
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

CLAIMS: dict[str, list[Claim]] = {"03": HAND, "04": KEYS}
"""By the notebook's number."""
