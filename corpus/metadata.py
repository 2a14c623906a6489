"""Lines about the page itself: codes, people, dates. What a line says is read here, never altered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DATE = re.compile(
    r"(?P<iso>\d{4}-\d{1,2}(?:-\d{1,2})?)(?:T[\d:.Z+-]+)?"
    r"|(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<numeric_year>\d{4})"
    rf"|(?P<month_a>{_MONTH})\s+(?P<day_a>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year_a>\d{{4}})"
    rf"|(?P<day_b>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month_b>{_MONTH}),?\s+(?P<year_b>\d{{4}})"
    rf"|(?P<month_c>{_MONTH}),?\s+(?P<year_c>\d{{4}})"
    r"|(?P<year>(?:19|20)\d{2})\b(?![-/.]\d)",
    re.IGNORECASE,
)
_LABEL_WORD = re.compile(
    r"review|updat|publish|publication|modif|revis|creat|posted|current|edited|dates?\b|version|verified",
    re.IGNORECASE,
)


def iso_date(text: str, *, day_first: bool = False) -> str | None:
    """Return a date in ISO form, as far as it is given ("2020-05", "2020"); None when the text is not wholly a date.

    05/06/2020 is the month first, as in the references this is made for, unless `day_first`.
    """
    match = _DATE.fullmatch(text.strip(" .\t"))
    return _iso(match, day_first) if match else None


def _iso(match: re.Match[str], day_first: bool) -> str | None:
    if match["iso"]:
        year, *rest = match["iso"].split("-")
        month, day = ([int(part) for part in rest] + [0, 0])[:2]
    elif match["first"]:
        year, month, day = match["numeric_year"], int(match["first"]), int(match["second"])
        if day_first or month > 12:
            month, day = day, month
    else:
        year = match["year_a"] or match["year_b"] or match["year_c"] or match["year"]
        name = match["month_a"] or match["month_b"] or match["month_c"]
        month = _MONTHS[name.rstrip(".").casefold()] if name else 0
        day = int(match["day_a"] or match["day_b"] or 0)
    if month > 12 or day > 31:
        return None
    return year + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")


def dates_of(line: str) -> dict[str, str] | None:
    """Return {label: date as written} of a line that is wholly made of review dates; None for any other line.

    "Last Reviewed:05/23/2020", "Updated on 1 May 2020 | Published: 2019" are such lines.
    """
    if len(line) > 240 or not _LABEL_WORD.search(line):
        return None
    found: dict[str, str] = {}
    at = 0
    for match in _DATE.finditer(line):
        label = re.sub(r"^[\s|;,•·(–—-]+|[\s:=–—-]+$", "", line[at : match.start()])
        label = re.sub(r"\s+(?:on|in|at|as of)$", "", label)
        words = label.split()
        if not _LABEL_WORD.search(label) or len(label) > 60 or len(words) > 7 or re.search(r"\d|^[a-z]", label):
            return None
        # Without a colon the label has to end in its own word: "Updated May 2020", not "Updated advice from 2020".
        if ":" not in line[at : match.start()] and not (
            _LABEL_WORD.search(words[-1]) or words[-1] in ("online", "date")
        ):
            return None
        found[label] = match[0]
        at = match.end()
    return found if found and not line[at:].strip(" .|;,)\t") else None


def iso_dates(dates: Mapping[str, str]) -> dict[str, str]:
    """Return the dates of one page in ISO form; one 23/05/2020 among them makes all of them day first."""
    day_first = any(
        (match := _DATE.fullmatch(text)) and match["first"] and int(match["first"]) > 12 for text in dates.values()
    )
    return {label: iso for label, text in dates.items() if (iso := iso_date(text, day_first=day_first))}


_PLACE = re.compile(
    r"\b(?:university|universit\w+|department|hospital|division|institut\w*|school|college|cent(?:er|re)|clinic|faculty|"
    r"professor|chair|director|fellow|resident|consultant|board[- ]certified|assistant|associate)\b",
    re.IGNORECASE,
)


def people(text: str) -> list[str]:
    """Split a line of people into one person each, so that credentials stay with the name.

    A part between commas that holds a space starts a new person; one without a space is a credential of the person
    before, as in "Ann Lee MD, PhD, Bo Ek MD". So is a place of work.
    """
    if ";" in text:
        return [
            part.strip(" .") if part.strip().endswith("..") else part.strip()
            for part in text.split(";")
            if part.strip()
        ]
    found: list[str] = []
    for part in re.split(r",\s*(?:and\s+|&\s+)?|\s+and\s+(?=[A-Z])|\s+&\s+", text.strip()):
        part = part.strip()
        if not part:
            continue
        if found and (" " not in part or _PLACE.search(part)):
            found[-1] += f", {part}"
        else:
            found.append(part)
    return found


_DASH = r"\s*(?:[–—:]|\s-\s|\t|\s{2,}|\s\|\s|\s)\s*"
_SYSTEM = re.compile(
    r"(?:ICD(?:[ -]?\d{1,2})?(?:[ -]?(?:CM|PCS|O))?|SNOMED(?:[ -]?CT)?|OMIM|ORPHA(?:NET)?|MeSH|UMLS(?: CUI)?|MONDO|"
    r"DOID|CPT|HCPCS|LOINC|MedDRA|GARD|ICPC(?:-2)?)(?: codes?| ID| number| concept ID)*\s*[:#=–-]?\s*[A-Z#*%]{0,5}:?\d",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?P<code>[#*%]?[A-Z]?\d[A-Z0-9]*(?:\.[A-Z0-9]{1,4})?|[0-9A-Z][A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,2})?)(?P<rest>(?:"
    + _DASH
    + r"\S.*)?)"
)
_ICD_10 = re.compile(r"[A-TV-Z]\d[0-9AB](?:\.[0-9A-TV-Z]{1,4})?|U\d{2}(?:\.\d{1,2})?")
_ICD_9 = re.compile(r"\d{3}\.\d{1,2}|[VE]\d{2,3}\.\d{1,2}")
_ICD_11 = re.compile(r"[0-9A-HJ-NP-Z][A-HJ-NP-Z]\d[0-9A-HJ-NP-Z](?:\.[0-9A-HJ-NP-Z]{1,2})?")
_OMIM = re.compile(r"[#*%]\d{6}")


def code_line(line: str) -> str | None:
    """Return a line that is a code and its label, with the name of its system where the shape tells it; else None.

    The code itself is not altered. ICD-10 and its clinical modification share their shape, so both are called ICD-10;
    a SNOMED CT identifier is told by its partition and check digit.
    """
    line = line.strip()
    if len(line) > 240:
        return None
    if _SYSTEM.match(line):
        return None if re.search(r"[a-z]\.(?:\s|$)", line) or len(line.split()) > 30 else line
    match = _CODE.fullmatch(line)
    if match is None:
        return None
    code, rest = match["code"], match["rest"]
    system = _system(code)
    if system is None:
        return None
    if re.match(r"\s*[a-z]", rest) or len(rest.split()) > 20:
        return None
    return f"{system} {line}"


def _system(code: str) -> str | None:
    if _ICD_10.fullmatch(code):
        return "ICD-10"
    if code.isdigit() and is_snomed(code):
        return "SNOMED CT"
    if _ICD_9.fullmatch(code):
        return "ICD-9"
    if _OMIM.fullmatch(code):
        return "OMIM"
    if _ICD_11.fullmatch(code):
        return "ICD-11"
    return None


# Verhoeff's dihedral check digit, as SNOMED CT's release file specification gives it (section 6.5).
def _times(a: int, b: int) -> int:
    """Multiply in the dihedral group of a pentagon: 0 to 4 turn it, 5 to 9 mirror it."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


_TURN = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
for _ in range(6):
    _TURN.append([_TURN[-1][_TURN[1][digit]] for digit in range(10)])


def is_snomed(code: str) -> bool:
    """Tell whether digits are a SNOMED CT concept identifier: partition 00 or 10, and the check digit right."""
    if not (
        code.isascii() and code.isdigit() and 6 <= len(code) <= 18 and code[-3:-1] in ("00", "10") and code[0] != "0"
    ):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = _times(check, _TURN[place % 8][int(digit)])
    return check == 0


def as_items(lines: Iterable[str]) -> list[str]:
    """Return the lines once each, without empty ones, in order."""
    return list(dict.fromkeys(line for line in lines if line))
