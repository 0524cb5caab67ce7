"""Answers questions again from the MIDI files of what is heard, read by mido. Prints what is wrong, a line each."""

import json
import math
import sys

import mido

# General MIDI's percussion map.
KICK, HAT, RIDE, WOOD_BLOCK, COWBELL, MARACAS, CRASH, TRIANGLE = 36, 42, 51, 76, 56, 70, 49, 81
CONGAS_AND_BONGOS = (60, 61, 63, 64)
BAR = 4 * 480
# Parts of the band that never have the melody.
BAND = {"drums", "bass", "keys", "strings", "harp", "collector"}


class Music:
    def __init__(self, path):
        self.notes = []  # (part, channel from 1, pitch, begins)
        file = mido.MidiFile(path)
        assert file.ticks_per_beat == 480, file.ticks_per_beat
        end = 0
        for track in file.tracks:
            at = 0
            for message in track:
                at += message.time
                if message.type == "note_on" and message.velocity:
                    self.notes.append((track.name, message.channel + 1, message.note, at))
            end = max(end, at)
        self.bars = math.ceil(end / BAR)
        self.seconds = file.length

    def drums(self, *pitches):
        return [note for note in self.notes if note[1] == 10 and note[2] in pitches]

    def part(self, name):
        return [note for note in self.notes if note[0] == name]

    def parts(self):
        return {note[0] for note in self.notes}

    def each(self, notes):
        """How many of them begin in each bar."""
        return [sum(note[3] // BAR == bar for note in notes) for bar in range(self.bars)]


MORE = {
    "instructions": lambda music: max(len(music.drums(HAT)), len(music.drums(RIDE))),
    "turns": lambda music: len(music.drums(KICK)) / music.bars,
    "calls": lambda music: len(music.drums(WOOD_BLOCK)),
    "depth": lambda music: len(music.part("bass")) / music.bars,
    "c-calls": lambda music: len(music.drums(COWBELL)),
    "allocation": lambda music: len(music.drums(MARACAS)),
}
SIGNS = {
    "collection": lambda music: music.part("collector"),
    "exception": lambda music: music.drums(CRASH),
    "hand-over": lambda music: music.drums(TRIANGLE),
    "suspension": lambda music: music.part("suspend"),
    "cascade": lambda music: music.drums(*CONGAS_AND_BONGOS),
}


def letter(values):
    return "AB"[values[1] > values[0]] if values[0] != values[1] else "neither"


def answer(card, heard, question):
    """The answer by what is in the files, or as much of it as they tell."""
    maker, subject = card.split("/")
    if maker == "hear-more":
        return letter([MORE[subject](music) for music in heard])
    if maker == "hear-sign":
        return "yes" if SIGNS[subject](heard[0]) else "no"
    if maker == "hear-turns":
        return str(len(heard[0].drums(KICK)))
    if maker == "hear-stack":
        assert all(music.parts() == {"drums", "load"} for music in heard), "only loads sound"
        return letter([max(note[2] for note in music.part("load")) for music in heard])
    if maker == "hear-frames":
        return letter([min(music.each(music.part("bass"))) for music in heard])
    if maker == "hear-way":
        bass = heard[0].each(heard[0].part("bass"))
        if bass == sorted(bass) and bass[0] < bass[-1]:
            return "it goes deeper"
        if bass == sorted(bass, reverse=True) and bass[0] > bass[-1]:
            return "it comes back up"
        return "it stays as deep as it is" if len(set(bass)) == 1 else f"no way: {bass}"
    if maker == "hear-sort":
        # The merge sort enters frames, the bubble sort none.
        entered = [len(music.drums(WOOD_BLOCK)) for music in heard]
        assert min(entered) == 0 < max(entered), entered
        merge = letter(entered)
        return merge if subject == "merge" else "BA"["AB".index(merge)]
    if maker == "hear-missing":
        whole, less = heard
        gone = sorted(set(whole.notes) - set(less.notes))
        assert set(less.notes) <= set(whole.notes), "nothing is added"
        assert {note[0] for note in gone} == {subject}, "one part is missing"
        assert not less.part(subject) and len(gone) >= 6, "all of it, and it was there"
        # Every wrong choice still sounds.
        for choice in question["choices"]:
            family = choice.split(":")[0]
            assert (family in less.parts()) == (family != subject), choice
        return next(choice for choice in question["choices"] if choice.startswith(subject + ":"))
    if maker == "hear-family":
        assert heard[0].parts() <= {"drums", subject}, heard[0].parts()
        assert len(heard[0].part(subject)) >= 5
        return next(choice for choice in question["choices"] if choice.startswith(subject + ":"))
    if maker == "hear-threads":
        others = heard[0].parts() & {"thread 2", "thread 3", "thread 4"}
        first = heard[0].parts() - BAND - {"thread 2", "thread 3", "thread 4"}
        return ["", "one thread", "two threads", "three threads", "four threads"][len(others) + bool(first)]
    if maker == "hear-line":
        notes = [note for note in heard[0].notes if note[1] != 10]
        assert len(notes) == int(question["basis"]["notes"]), len(notes)
        # What sounds, for whoever compiles the line.
        question["families"] = {part: len(heard[0].part(part)) for part in heard[0].parts() - {"drums"}}
        return question["answer"]
    if maker == "hear-song":
        return question["answer"]
    raise AssertionError("nobody knows how to judge it")


def judged(question):
    heard = [Music(path) for path in question["heard"]]
    for music in heard:
        assert 3 <= music.seconds <= 12, f"{music.seconds} s"
        assert music.notes and 0 <= min(note[3] for note in music.notes) < BAR / 2, "it begins"
        busy = music.each(music.notes)
        assert all(busy), f"a bar is empty: {busy}"
    if len(heard) == 2:
        assert heard[0].notes != heard[1].notes, "both are the same"
    found = answer(question["card"], heard, question)
    assert found == question["answer"], f"{found!r} is heard, {question['answer']!r} is said to be right"


def main():
    wrong, lines = [], []
    for question in json.load(sys.stdin):
        try:
            judged(question)
        except AssertionError as reason:
            wrong.append(f"{question['card']} of {question['basis']}: {reason}")
        lines.append(question.get("families"))
    json.dump({"wrong": wrong, "families": lines}, sys.stdout)


main()
