"""Texts on which a converted model must agree with the original before it is used."""

TRIAL_TEXTS = (
    "What was the net income in the second quarter?",
    "a",
    "Net sales rose 4.2 % to $ 81,797 million; services reached an all-time high.",
    "Wer bezahlt die Reisekosten, wenn der Vertrag vor dem 1. März endet?",
    "北京是中华人民共和国的首都。",
    "| Item | 2023 | 2022 |\n| Cash | 1,204 | 998 |\n| Debt | 77 | 81 |",
    "The tenant shall keep the premises in good repair. " * 12,
    "Symptoms usually begin two to fourteen days after exposure to the virus. " * 40,
)
"""Short and long, several scripts, some beyond the window of 256 tokens."""

AGREEMENT = 0.999
"""The least cosine with torch's vectors; bf16 arithmetic gives .9999, int8 weights .99."""
