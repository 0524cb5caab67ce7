"""Exceptions: raised deep down, caught further up, cleaned up behind.

Listen for the calm loop that nothing disturbs, then for the same loop with
broken cadences in it. An exception may be caught on the spot, or fall through
many calls at once. `finally` and `with` have the last word either way. At the
end all is calm again.
"""


class OutOfTune(Exception):
    """Raised for a note that is not in the scale."""


SCALE = {"do": 0, "re": 2, "mi": 4, "fa": 5, "so": 7, "la": 9, "ti": 11}


def sing(notes):
    total = 0
    for note in notes:
        if note not in SCALE:
            raise OutOfTune(note)
        total += SCALE[note]
    return total


def caught_on_the_spot(notes):
    wrong = 0
    for note in notes:
        try:
            sing([note])
        except OutOfTune:
            wrong += 1
    return wrong


def from_the_depths(steps):
    """Calls itself `steps` times and fails at the bottom."""
    if steps == 0:
        return sing(["do", "re", "oops"])
    return from_the_depths(steps - 1)


def tidied_up(notes, log):
    for note in notes:
        try:
            log.append(sing([note]))
        except OutOfTune as error:
            log.append(str(error))
        else:
            log.append("ok")
        finally:
            log.append("|")
    return len(log)


class Rehearsal:
    """A context manager that forgives wrong notes."""

    forgiven = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if kind is OutOfTune:
            self.forgiven += 1
            return True
        return False


def translated(note):
    """One exception raised in the middle of handling another."""
    try:
        return SCALE[note]
    except KeyError as error:
        raise OutOfTune(note) from error


def main():
    melody = ["do", "re", "mi", "fa", "so", "so", "la", "la", "la", "la", "so"]
    print("calm:       ", sum(sing(melody) for _ in range(6)))

    broken = [note if i % 4 else "?" for i, note in enumerate(melody * 3)]
    print("on the spot:", caught_on_the_spot(broken), "wrong notes")

    for steps in (1, 4, 16):
        try:
            from_the_depths(steps)
        except OutOfTune as error:
            print("fell through", steps, "calls:", error)

    print("tidied up:  ", tidied_up(broken, []), "entries in the log")

    rehearsal = Rehearsal()
    for note in broken:
        with rehearsal:
            translated(note)
    print("forgiven:   ", rehearsal.forgiven)

    print("calm again: ", sum(sing(melody) for _ in range(6)))


if __name__ == "__main__":
    main()
