"""Makes the fonts of the papers again, from Debian's fonts-noto-cjk and fonts-noto-core.

    pip install fonttools==4.68.0
    python assets/fonts/make.py

The same versions give the same bytes; others are refused.
"""

import hashlib
import pathlib
import sys

import fontTools
from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

HERE = pathlib.Path(__file__).parent
FONTS = pathlib.Path("/usr/share/fonts")
FONTTOOLS = "4.68.0"

# fonts-noto-cjk 1:20220127+repack1-1 and fonts-noto-core 20201225-1.
HAN_REGULAR = ("opentype/noto/NotoSansCJK-Regular.ttc", "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a")
HAN_BOLD = ("opentype/noto/NotoSansCJK-Bold.ttc", "faa5f3656a78b2e2d450d27fe8382c778bc2b6bb5ea29c986664a6a435056ceb")
LATIN_REGULAR = ("truetype/noto/NotoSans-Regular.ttf", "89c3c497f618fdaa0b2d1e98fef93582f28c71debd2c4a8cdf41f190ced2909d")
LATIN_BOLD = ("truetype/noto/NotoSans-Bold.ttf", "e83493c945848ecd4a9ad0f6d19164541a0d3e23a9c952304a00a46e00272ac5")

LATIN = [
    (0x0020, 0x024F),  # Latin with all European diacritics
    (0x02B0, 0x036F),  # modifiers and combining marks
    (0x0370, 0x052F),  # Greek, Cyrillic
    (0x1E00, 0x1FFF),  # more Latin, polytonic Greek
    (0x2000, 0x206F),  # punctuation
    (0x2070, 0x209F),  # superscripts: m²
    (0x20A0, 0x20CF),  # currency signs
    (0x2100, 0x218F),  # № and fractions
    (0x25CC, 0x25CC),  # carries a combining mark that stands alone
    (0xFFFD, 0xFFFD),
]
SIGNS = [
    (0x00B7, 0x00B7),  # the dot in names: 阿依古丽·买买提
    (0x2010, 0x203F),  # punctuation as wide as a Han character
    (0x2100, 0x22FF),  # letterlike signs, arrows, mathematics
    (0x2460, 0x24FF),  # ①
    (0x2500, 0x26FF),  # shapes; □ frames what is missing
    (0x2E80, 0x303F),  # radicals, Chinese punctuation
    (0x3040, 0x312F),  # kana, bopomofo
    (0x31A0, 0x31BF),
    (0x3200, 0x33FF),  # ㎡
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),  # full width forms
]
HAN = [
    (0x3400, 0x4DBF),  # extension A
    (0x4E00, 0x9FFF),  # unified ideographs
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0x20000, 0x3FFFF),  # what there is of the extensions from B on
]


def main():
    if fontTools.version != FONTTOOLS:
        sys.exit(f"fonttools {fontTools.version}: this needs {FONTTOOLS}")
    make("NotoSans-Regular.ttf", LATIN_REGULAR, code_points(LATIN), ["kern", "mark", "mkmk", "ccmp"])
    make("NotoSans-Bold.ttf", LATIN_BOLD, code_points(LATIN), ["kern", "mark", "mkmk", "ccmp"])
    make("NotoSansSC-Regular.otf", HAN_REGULAR, code_points(SIGNS + HAN), [])
    # In bold the characters of GB 2312 are enough: what has others is set in the regular weight.
    make("NotoSansSC-Bold.otf", HAN_BOLD, code_points(SIGNS) | gb2312(), [])


def code_points(ranges):
    return {code for first, last in ranges for code in range(first, last + 1)}


def gb2312():
    """The 6,763 Han characters of the standard: rows 16 to 87."""
    cells = (bytes([0xA0 + row, cell]) for row in range(16, 88) for cell in range(0xA1, 0xFF))
    return {ord(character) for character in (cell.decode("gb2312", "ignore") for cell in cells) if character}


def make(name, source, characters, features):
    path, digest = source
    data = (FONTS / path).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        sys.exit(f"{path} is not the version that this was written for")
    font = simplified_chinese(FONTS / path) if path.endswith(".ttc") else TTFont(FONTS / path)
    font.recalcTimestamp = False
    options = subset.Options()
    options.hinting = False
    options.desubroutinize = True
    options.glyph_names = False
    options.layout_features = features
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.notdef_outline = True
    # Vertical layout, and what only other programs read.
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "meta"]
    if not features:
        options.drop_tables += ["GDEF", "GPOS", "GSUB"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font.save(HERE / name)
    print(f"{name}: {len(font.getBestCmap())} characters, {(HERE / name).stat().st_size} bytes")


def simplified_chinese(path):
    """The face of a collection whose default shapes are those of mainland China."""
    for font in TTCollection(path).fonts:
        if font["name"].getDebugName(1) == "Noto Sans CJK SC":
            return font
    sys.exit(f"{path} has no face for Simplified Chinese")


if __name__ == "__main__":
    main()
