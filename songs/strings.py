"""Strings: built, cut, turned round and put together again.

Listen for building blocks: a string grows one character at a time, is joined
at one stroke, and is formatted piece by piece. The palindrome test walks in
from both ends; the cipher is the same tune moved up by three, and moved back.
"""

TEXT = "the quick brown fox jumps over the lazy dog"


def grown(characters):
    text = ""
    for character in characters:
        text = character + text
    return text


def joined(words):
    return "-".join(word.capitalize() for word in words)


def is_palindrome(text):
    left, right = 0, len(text) - 1
    while left < right:
        if not text[left].isalpha():
            left += 1
        elif not text[right].isalpha():
            right -= 1
        elif text[left].lower() != text[right].lower():
            return False
        else:
            left += 1
            right -= 1
    return True


def shifted(text, by):
    letters = []
    for letter in text:
        if letter.isalpha():
            letters.append(chr((ord(letter) - ord("a") + by) % 26 + ord("a")))
        else:
            letters.append(letter)
    return "".join(letters)


def run_lengths(text):
    """'aaab' is said as '3a1b'."""
    said, start = "", 0
    for i in range(1, len(text) + 1):
        if i == len(text) or text[i] != text[start]:
            said += f"{i - start}{text[start]}"
            start = i
    return said


def main():
    print("grown backwards:", grown(TEXT))

    print("joined:         ", joined(TEXT.split()))

    phrases = "Never odd or even", TEXT, "A man, a plan, a canal: Panama"
    print("palindromes:    ", [is_palindrome(phrase) for phrase in phrases])

    secret = shifted(TEXT, 3)
    print("moved up:       ", secret)
    print("moved back:     ", shifted(secret, -3))

    said = "1"
    for _ in range(9):
        said = run_lengths(said)
    print("look and say:   ", said)

    print("formatted:      ", "".join(f"{word:.<7}" for word in TEXT.split()))


if __name__ == "__main__":
    main()
