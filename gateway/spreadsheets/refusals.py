"""What is wrong with a workbook or one of its cells: a stable rule, and its words in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CellRefusal:
    """One cell that cannot be taken; the row counts from 1 as spreadsheets do, `column` is its heading."""

    row: int
    column: str
    rule: str

    @property
    def en(self) -> str:
        return _CELLS[self.rule][0]

    @property
    def zh(self) -> str:
        return _CELLS[self.rule][1]


class WorkbookRefused(Exception):
    """The file as a whole cannot be read. `rule` is a stable code; the texts hold nothing of the file."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.en, self.zh = _FILES[rule]


_FILES = {
    "workbook-damaged": (
        "The workbook is damaged or is no .xlsx workbook; save it again as “Excel workbook (.xlsx)”.",
        "工作簿已损坏或不是 .xlsx 格式，请另存为“Excel 工作簿(.xlsx)”。",
    ),
    "workbook-protected": (
        "The workbook has a password or is of an old format; save it as .xlsx without a password.",
        "工作簿设有密码或为旧格式，请另存为不带密码的 .xlsx 文件。",
    ),
    "workbook-too-large": (
        "The workbook unpacks to more than can be read here; divide it, or save it as “CSV UTF-8”.",
        "工作簿展开后过大，无法在此读取，请拆分或另存为“CSV UTF-8”。",
    ),
    "several-sheets": (
        "Several sheets of the workbook have the heading of an import; leave one.",
        "工作簿中有多个工作表带有导入表头，请只保留一个。",
    ),
}
_CELLS = {
    "number-not-text": (
        "The cell holds a number, and a spreadsheet may have changed its digits: format the column as text"
        " and enter it again.",
        "该单元格为数值，电子表格可能已改动其数字：请将该列设为“文本”格式后重新填写。",
    ),
    "number-inexact": (
        "The number has more digits than a spreadsheet keeps exactly; enter it as text.",
        "该数值的位数超出电子表格的精确范围，请以文本填写。",
    ),
    "formula-cell": (
        "The cell holds a formula; replace it by its value.",
        "该单元格为公式，请替换为数值或文本。",
    ),
    "error-cell": (
        "The cell holds an error of the spreadsheet.",
        "该单元格为电子表格的错误值。",
    ),
    "date-cell": (
        "The cell holds a date or time where another value is expected; format it as text.",
        "该单元格为日期或时间，而此处应填写其他内容，请设为“文本”格式。",
    ),
    "time-cell": (
        "The cell holds a time of day; enter the date alone.",
        "该单元格带有时刻，请只填写日期。",
    ),
    "boolean-cell": (
        "The cell holds TRUE or FALSE; enter the value as text.",
        "该单元格为逻辑值，请以文本填写。",
    ),
    "merged-cells": (
        "Cells are merged here; unmerge them and fill in each row.",
        "此处有合并单元格，请取消合并并逐行填写。",
    ),
    "hidden-row": (
        "The row is hidden; show it or delete it, so that what you see is what is imported.",
        "该行被隐藏，请取消隐藏或删除，使所见与导入内容一致。",
    ),
    "control-character": (
        "The cell holds a line break or a character that cannot be seen.",
        "该单元格含有换行或不可见字符。",
    ),
    "cell-too-long": (
        "The cell is longer than 2,000 characters.",
        "该单元格超过2000个字符。",
    ),
}
CELL_RULES = frozenset(_CELLS)
