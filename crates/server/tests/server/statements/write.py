"""Writes the bank statements that the tests read, and what they say, by libraries that know nothing of Linli.

    python -m pip install -r requirements.txt
    python write.py [FOLDER]

Each statement comes in both versions, camt.053.001.02 and .001.08, and beside them stands as JSON what is to be read.
References come from python-stdnum. The same run writes the same bytes.
"""

import importlib
import json
import random
import sys
from decimal import Decimal
from pathlib import Path

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig
from xsdata.models.datatype import XmlDate, XmlDateTime

OURS = "DE89370400440532013000"
MADE = "2026-12-01T06:00:00+01:00"
DECIMALS = {"EUR": 2, "CNY": 2, "JPY": 0, "BHD": 3}


def reference(body):
    made = f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"
    assert iso11649.is_valid(made)
    return made


A, B, C = reference("10000042"), reference("10000043"), reference("539007547034")

MONTH = {
    "id": "2026-11-30/1", "number": 334, "account": OURS, "currency": "EUR", "opening": "1000.00", "closing": "1517.79",
    "days": ("2026-11-29", "2026-11-30"),
    "entries": [
        # The plain case: one transfer with a structured reference.
        {"amount": "120.50", "ref": "2026113000001", "details": [
            {"end_to_end": "NOTPROVIDED", "amount": "120.50", "references": [A], "name": "Wang Mei",
             "account": "FR1420041010050500013M02606"}],
         "says": [{"id": "2026113000001", "amount": "120.50", "references": [A], "name": "Wang Mei",
                   "account": "FR1420041010050500013M02606"}]},
        # A reference in the text, cut after 35 characters.
        {"amount": "80.00", "ref": "2026113000002", "value": "2026-12-01", "details": [
            {"end_to_end": "E2E-2", "amount": "80.00",
             "text": [f"Hausgeld Wohnung 3-1201 {B[:4]} {B[4:8]} {B[8:10]}", B[10:] + " Familie Müller"],
             "name": "Jörg Müller", "account": "NO9386011117947"}],
         "says": [{"id": "2026113000002", "amount": "80.00", "end_to_end": "E2E-2", "value": "2026-12-01",
                   "text": f"Hausgeld Wohnung 3-1201 {B[:4]} {B[4:8]} {B[8:10]}\n{B[10:]} Familie Müller",
                   "name": "Jörg Müller", "account": "NO9386011117947"}]},
        # A batch of direct debits: the entry is their sum.
        {"amount": "300.00", "ref": "BATCH-7", "details": [
            {"end_to_end": "DD-1", "amount": "100.00", "name": "Grandma Wang", "references": [C]},
            {"end_to_end": "DD-2", "amount": "150.00", "name": "Li Qiang", "id": "DD-OWN-2"},
            {"end_to_end": "DD-3", "amount": "50.00", "name": "Zhao Jun"}],
         "says": [{"id": "BATCH-7/1", "amount": "100.00", "end_to_end": "DD-1", "name": "Grandma Wang", "references": [C]},
                  {"id": "DD-OWN-2", "amount": "150.00", "end_to_end": "DD-2", "name": "Li Qiang"},
                  {"id": "BATCH-7/3", "amount": "50.00", "end_to_end": "DD-3", "name": "Zhao Jun"}]},
        # A batch after the charges of its transactions.
        {"amount": "99.40", "ref": "BATCH-8", "details": [
            {"end_to_end": "K-1", "amount": "60.00", "charge": "0.40"},
            {"end_to_end": "K-2", "amount": "40.00", "charge": "0.20"}],
         "says": [{"id": "BATCH-8/1", "amount": "59.60", "end_to_end": "K-1", "charges": [["0.40", "EUR"]]},
                  {"id": "BATCH-8/2", "amount": "39.80", "end_to_end": "K-2", "charges": [["0.20", "EUR"]]}]},
        # A batch whose transactions do not make it up stays whole.
        {"amount": "75.00", "ref": "BATCH-9", "details": [
            {"amount": "60.00", "text": ["one"]}, {"amount": "40.00", "text": ["two"]}],
         "says": [{"id": "BATCH-9", "amount": "75.00", "text": "one\ntwo"}]},
        # A batch without any transaction.
        {"amount": "10.00", "ref": "BATCH-10", "info": "SAMMELGUTSCHRIFT 4 POSTEN",
         "says": [{"id": "BATCH-10", "amount": "10.00", "text": "SAMMELGUTSCHRIFT 4 POSTEN"}]},
        # A returned direct debit takes the second of the batch back, under the same reference, and costs an entry.
        {"amount": "-150.00", "ref": "DD-OWN-2", "reversal": True, "details": [
            {"end_to_end": "DD-2", "amount": "150.00", "name": "Li Qiang", "text": ["Rücklastschrift"]}],
         "says": [{"id": "DD-OWN-2/out/back", "amount": "-150.00", "end_to_end": "DD-2", "reversal": True,
                   "name": "Li Qiang", "text": "Rücklastschrift"}]},
        {"amount": "-3.50", "ref": "DD-OWN-2", "info": "Entgelt Rücklastschrift",
         "says": [{"id": "DD-OWN-2/out", "amount": "-3.50", "text": "Entgelt Rücklastschrift"}]},
        # Paid in yen, with a charge inside.
        {"amount": "61.39", "ref": "2026113000009", "details": [
            {"amount": "61.39", "paid": ["10130", "JPY"], "charge": "1.50", "references": [A], "name": "佐藤 花子"}],
         "says": [{"id": "2026113000009", "amount": "61.39", "original": ["10130", "JPY"],
                   "charges": [["1.50", "EUR"]], "references": [A], "name": "佐藤 花子"}]},
        # Not booked yet: passed over.
        {"amount": "999.99", "status": "PDNG", "ref": "LATER", "says": []},
        # No reference of the bank at all: its own number of the entry, and none of both.
        {"amount": "-60.00", "entry_ref": "11", "details": [
            {"amount": "60.00", "payee": "Stadtwerke", "text": ["Strom <Haus 2> & Tiefgarage"]}],
         "says": [{"id": "2026-11-30/1/11/out", "amount": "-60.00", "name": "Stadtwerke",
                   "text": "Strom <Haus 2> & Tiefgarage"}]},
        {"amount": "-15.00", "ref": "NONREF", "moment": True, "info": "Kontoführung",
         "says": [{"id": "2026-11-30/1//12/out", "amount": "-15.00", "text": "Kontoführung"}]},
    ],
}

CHINA = {
    "id": "CN-20261130", "number": 12, "account": "6222021234567890123", "currency": "CNY", "opening": "0.00",
    "closing": "-1.00", "days": ("2026-11-30", "2026-11-30"),
    "entries": [
        {"amount": "240.00", "ref": "CN1", "details": [
            {"amount": "240.00", "name": "王秀英", "account": "6217001234567890", "text": ["物业费 3-1201 " + A.lower()]}],
         "says": [{"id": "CN1", "amount": "240.00", "name": "王秀英", "account": "6217001234567890",
                   "text": "物业费 3-1201 " + A.lower()}]},
        {"amount": "-241.00", "ref": "CN2", "details": [{"amount": "241.00", "payee": "电梯维保有限公司"}],
         "says": [{"id": "CN2/out", "amount": "-241.00", "name": "电梯维保有限公司"}]},
    ],
}

# The bank lost a fils: the balances do not agree with what moved.
DINAR = {
    "id": "BH-1", "number": 1, "account": "BH67BMAG00001299123456", "currency": "BHD", "opening": "5.000",
    "closing": "6.234", "days": ("2026-11-30", "2026-11-30"),
    "entries": [{"amount": "1.233", "ref": "BH", "says": [{"id": "BH", "amount": "1.233"}]}],
}

FILES = {"month": [MONTH], "several": [CHINA, DINAR]}


class Version:
    """The names of one version; fields have the same names in both."""

    def __init__(self, number):
        self.number = number
        self.module = importlib.import_module(f"pyiso20022.camt.camt_053_001_{number}")
        self.is_old = number == "02"

    def amount(self, value, currency):
        return self.module.ActiveOrHistoricCurrencyAndAmount(value=Decimal(value), ccy=currency)

    def of(self, old, new, **fields):
        return getattr(self.module, old if self.is_old else new)(**fields)

    def day(self, day, moment=False):
        fields = {"dt_tm": XmlDateTime.from_string(f"{day}T23:15:00+01:00")} if moment else {"dt": XmlDate.from_string(day)}
        return self.of("DateAndDateTimeChoice", "DateAndDateTime2Choice", **fields)

    def direction(self, is_in):
        return self.module.CreditDebitCode("CRDT" if is_in else "DBIT")

    def account_id(self, account):
        choice = self.module.AccountIdentification4Choice
        if account[:2].isalpha():
            return choice(iban=account)
        return choice(othr=self.module.GenericAccountIdentification1(id=account))

    def party(self, name):
        if name is None:
            return None
        if self.is_old:
            return self.module.PartyIdentification32(nm=name)
        return self.module.Party40Choice(pty=self.module.PartyIdentification135(nm=name))

    def balance(self, code, value, currency, day):
        kind = self.module.BalanceType12Code(code) if self.is_old else code
        choice = self.of("BalanceType5Choice", "BalanceType10Choice", cd=kind)
        return self.of(
            "CashBalance3", "CashBalance8",
            tp=self.of("BalanceType12", "BalanceType13", cd_or_prtry=choice),
            amt=self.amount(value.lstrip("-"), currency), cdt_dbt_ind=self.direction(not value.startswith("-")),
            dt=self.day(day))

    def charges(self, value, currency):
        fields = {"amt": self.amount(value, currency), "cdt_dbt_ind": self.direction(False)}
        if self.is_old:
            return [self.module.ChargesInformation6(**fields)]
        return self.module.Charges6(rcrd=[self.module.ChargesRecord3(chrg_incl_ind=True, **fields)])

    def transaction(self, told, is_in, currency):
        module = self.module
        amount = self.amount(told["amount"], currency)
        paid = self.amount(*told["paid"]) if "paid" in told else None
        details = module.AmountAndCurrencyExchangeDetails3
        fields = {
            "refs": self.of("TransactionReferences2", "TransactionReferences6",
                            end_to_end_id=told.get("end_to_end"), acct_svcr_ref=told.get("id")),
            "amt_dtls": module.AmountAndCurrencyExchange3(
                instd_amt=details(amt=paid) if paid else None, tx_amt=details(amt=amount) if self.is_old else None),
        }
        if not self.is_old:
            fields |= {"amt": amount, "cdt_dbt_ind": self.direction(is_in)}
        if "charge" in told:
            fields["chrgs"] = self.charges(told["charge"], currency)
        if "name" in told or "payee" in told:
            account = None
            if "account" in told:
                account = self.of("CashAccount16", "CashAccount38", id=self.account_id(told["account"]))
            fields["rltd_pties"] = self.of(
                "TransactionParty2", "TransactionParties6", dbtr=self.party(told.get("name")), dbtr_acct=account,
                cdtr=self.party(told.get("payee")))
        structured = [
            self.of("StructuredRemittanceInformation7", "StructuredRemittanceInformation16",
                    cdtr_ref_inf=module.CreditorReferenceInformation2(ref=reference))
            for reference in told.get("references", [])]
        fields["rmt_inf"] = self.of(
            "RemittanceInformation5", "RemittanceInformation16", ustrd=told.get("text", []), strd=structured)
        return self.of("EntryTransaction2", "EntryTransaction10", **fields)

    def entry(self, told, currency, day):
        module = self.module
        status = told.get("status", "BOOK")
        is_in = not told["amount"].startswith("-")
        code = module.BankTransactionCodeStructure4(
            prtry=module.ProprietaryBankTransactionCodeStructure1(cd="NTRF"))
        details = [self.transaction(one, is_in, currency) for one in told.get("details", [])]
        batch = module.BatchInformation2(nb_of_txs=str(len(details))) if len(details) > 1 else None
        return self.of(
            "ReportEntry2", "ReportEntry10",
            ntry_ref=told.get("entry_ref"), amt=self.amount(told["amount"].lstrip("-"), currency),
            cdt_dbt_ind=self.direction(is_in), rvsl_ind=told.get("reversal"),
            sts=module.EntryStatus2Code(status) if self.is_old else module.EntryStatus1Choice(cd=status),
            bookg_dt=self.day(day, told.get("moment", False)), val_dt=self.day(told.get("value", day)),
            acct_svcr_ref=told.get("ref"), bk_tx_cd=code, addtl_ntry_inf=told.get("info"),
            ntry_dtls=[self.of("EntryDetails1", "EntryDetails9", btch=batch, tx_dtls=details)] if details else [])

    def statement(self, told):
        currency, (before, after) = told["currency"], told["days"]
        return self.of(
            "AccountStatement2", "AccountStatement9",
            id=told["id"], elctrnc_seq_nb=Decimal(told["number"]), cre_dt_tm=XmlDateTime.from_string(MADE),
            acct=self.of("CashAccount20", "CashAccount39", id=self.account_id(told["account"]), ccy=currency),
            bal=[self.balance("OPBD", told["opening"], currency, before),
                 self.balance("CLBD", told["closing"], currency, after)],
            ntry=[self.entry(entry, currency, after) for entry in told["entries"]])

    def text(self, statements):
        header = self.of("GroupHeader42", "GroupHeader81", msg_id="M1", cre_dt_tm=XmlDateTime.from_string(MADE))
        message = self.of("BankToCustomerStatementV02", "BankToCustomerStatementV08",
                          grp_hdr=header, stmt=[self.statement(told) for told in statements])
        document = self.module.Document(bk_to_cstmr_stmt=message)
        namespace = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{self.number}"
        return XmlSerializer(config=SerializerConfig(indent=" ")).render(document, ns_map={None: namespace})


def minor(value, currency):
    return int(Decimal(value).scaleb(DECIMALS[currency]))


def expected(told):
    """What is to be read of a statement."""
    currency, (before, after) = told["currency"], told["days"]
    balance = lambda value, day: {"minor": minor(value, currency), "currency": currency, "day": day}
    money = lambda pair: {"minor": minor(*pair), "currency": pair[1]}
    movements = [
        {"id": said["id"], "minor": minor(said["amount"], currency), "currency": currency, "booked": after,
         "value": said.get("value", after), "end_to_end": said.get("end_to_end"),
         "references": said.get("references", []), "text": said.get("text", ""), "name": said.get("name"),
         "account": said.get("account"), "reversal": said.get("reversal", False),
         "charges": [money(charge) for charge in said.get("charges", [])],
         "original": money(said["original"]) if "original" in said else None}
        for entry in told["entries"] for said in entry["says"]]
    moved = sum(movement["minor"] for movement in movements)
    return {"id": told["id"], "number": told["number"], "account": told["account"],
            "opening": balance(told["opening"], before), "closing": balance(told["closing"], after),
            "differs": minor(told["closing"], currency) - minor(told["opening"], currency) - moved,
            "movements": movements}


def references():
    """References that are right, of every length, and as many that are not."""
    dice, letters = random.Random(11649), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    lines = []
    for length in range(1, 22):
        for _ in range(4):
            right = reference("".join(dice.choice(letters) for _ in range(length)))
            wrong = right[:2] + f"{(int(right[2:4]) + dice.randrange(1, 97)) % 97 + 2:02}" + right[4:]
            lines.append(f"{right} right")
            lines.append(f"{wrong} {'right' if iso11649.is_valid(wrong) else 'wrong'}")
    return "\n".join(lines) + "\n"


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, statements in FILES.items():
        for number in ("02", "08"):
            (folder / f"{name}.{number}.xml").write_text(Version(number).text(statements), "utf-8")
        told = [expected(statement) for statement in statements]
        (folder / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (folder / "references.txt").write_text(references(), "utf-8")


if __name__ == "__main__":
    main()
