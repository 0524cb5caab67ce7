# Reads a piece in the style `faithful` back, written after the README's text alone. Needs mido.
import io, itertools, json, sys, mido

FAMILIES = {1: ("rest", -12, 72), 2: ("load", 12, 66), 3: ("store", 0, 72), 4: ("scope", 12, 72), 5: ("stack", 12, 66),
            6: ("arith", 12, 72), 7: ("test", 12, 78), 8: ("jump", 24, 68), 9: ("loop", 24, 82), 11: ("call", 12, 86),
            12: ("build", 24, 72), 13: ("attr", 24, 76), 14: ("subscr", 12, 80), 15: ("except", 0, 88), 16: ("gen", 12, 80)}
FRAMES = {53: 1, 55: 40, 51: 1600, 56: -1, 54: -40, 81: -1600}
DEEPER = {60: 192, 61: 7680}


def stripped(midi):
    """Saved again by mido: notes, tempo, metre and end are all that is left."""
    copy = mido.MidiFile(type=1, ticks_per_beat=midi.ticks_per_beat)
    for track in midi.tracks:
        kept, waited = mido.MidiTrack(), 0
        for message in track:
            waited += message.time
            if message.type in ("note_on", "note_off", "set_tempo", "time_signature", "end_of_track"):
                kept.append(message.copy(time=waited))
                waited = 0
        copy.tracks.append(kept)
    file = io.BytesIO()
    copy.save(file=file)
    return file.getvalue()


def read(data):
    midi = mido.MidiFile(file=io.BytesIO(data))
    struck, now = [], 0
    for message in mido.merge_tracks(midi.tracks):
        now += message.time
        assert message.type in ("note_on", "note_off", "set_tempo", "time_signature", "end_of_track"), message
        if message.type == "note_on" and message.velocity > 0:
            struck.append((round(now * 4 / midi.ticks_per_beat), message.channel + 1, message.note, message.velocity))
    if not struck:
        return []
    struck.sort()
    figure, music = struck[:4], struck[4:]
    tonic = figure[0][2]
    third = figure[1][2] - tonic
    assert [note[2] - tonic for note in figure] == [0, third, 7, 12] and third in (3, 4), figure
    assert all(note[1] == 1 and note[3] == 72 and note[0] == 4 * i for i, note in enumerate(figure)), figure
    scale = [0, 2, 4, 7, 9] if third == 4 else [0, 3, 5, 7, 10]
    steps = [12 * (d // 5) + scale[d % 5] for d in range(12)]
    told, frames = [], 0
    for _, together in itertools.groupby(music, key=lambda note: note[0]):
        here = [note[1:] for note in together]
        deeper = 0
        for channel, pitch, velocity in here:
            if channel == 10:
                frames += FRAMES.get(pitch, 0) * (velocity - 60)
                deeper += DEEPER.get(pitch, 0) * (velocity - 60)
        for channel, pitch, velocity in here:
            if channel != 10:
                family, zero, softest = FAMILIES[channel]
                depth = steps.index(pitch - tonic - zero) + 12 * ((velocity - softest) // 2) + deeper
                told.append([family, depth, frames])
    return told


data = stripped(mido.MidiFile(file=io.BytesIO(sys.stdin.buffer.read())))
print(json.dumps({"told": read(data), "file": list(data)}))
