"""The names that English, German and Czech files give to their columns, and to credit and debit."""

from __future__ import annotations

import re
import unicodedata

# In each list the earlier name wins: a file of a bank has "account_id" for the customer's own account
# and "account" for the partner's.
FROM = ("from", "from account", "from user", "sender", "payer", "source", "source account", "debit account",
        "von", "absender", "auftraggeber", "zahler", "zahlungspflichtiger", "belastungskonto",
        "od", "odesilatel", "platce", "z uctu", "ucet platce")  # fmt: skip
TO = ("to", "to account", "to user", "recipient", "payee", "beneficiary", "username", "user", "user name",
      "customer", "destination", "destination account", "credit account",
      "an", "empfanger", "empfaenger", "zahlungsempfanger", "begunstigter", "benutzer", "kunde",
      "komu", "prijemce", "na ucet", "ucet prijemce", "uzivatel", "klient")  # fmt: skip
ACCOUNT = ("account id", "account number", "account no", "account", "iban", "wallet",
           "kontonummer", "auftragskonto", "konto", "cislo uctu", "ucet")  # fmt: skip
AMOUNT = ("amount", "net amount", "net", "gross", "value", "sum", "total",
          "betrag", "umsatz", "summe", "castka", "objem", "suma")  # fmt: skip
DIRECTION = ("direction", "credit debit", "debit credit", "cr dr", "dr cr", "type", "transaction type",
             "soll haben", "s h", "richtung", "typ", "smer", "druh")  # fmt: skip
REFERENCE = ("reference", "ref", "external reference", "external id", "transaction id", "trans id",
             "balance transaction id", "payout id", "transfer id", "payment id", "id",
             "referenz", "kundenreferenz", "buchungsnummer", "transaktionsnummer",
             "referencni cislo", "cislo transakce", "id transakce", "reference platby")  # fmt: skip
DATE = ("effective date", "effective at", "effective", "booking date", "value date", "arrival date",
        "date", "created utc", "created", "created at", "available on utc", "available on",
        "buchungstag", "buchungsdatum", "wertstellung", "valutadatum", "valuta", "datum",
        "datum zauctovani", "datum provedeni", "datum splatnosti")  # fmt: skip
DESCRIPTION = ("description", "text", "memo", "note", "notes", "purpose", "message", "statement descriptor",
               "operation", "reporting category", "k symbol", "category",
               "verwendungszweck", "beschreibung", "buchungstext",
               "popis", "poznamka", "zprava", "zprava pro prijemce", "operace")  # fmt: skip
SOURCE = ("credit source", "lot source", "grant source", "source", "campaign", "promotion", "promo",
          "promo code", "coupon", "voucher", "program", "programme",
          "quelle", "kampagne", "aktion", "gutschein", "zdroj", "kampan", "akce", "kupon")  # fmt: skip
EXPIRES = ("expires", "expires at", "expires on", "expiry", "expiry date", "expiration", "expiration date",
           "valid until", "valid to", "valid through",
           "gultig bis", "gueltig bis", "ablaufdatum", "verfallsdatum", "verfallt am",
           "platnost do", "plati do", "expirace", "datum expirace")  # fmt: skip
CURRENCY = ("currency", "currency code", "ccy", "wahrung", "waehrung", "mena")

# Each pair is one bank's habit. All its words are proposed as soon as one is seen: a sample that begins
# with deposits shows no withdrawal.
DIRECTIONS = (
    (("credit",), ("debit",)),
    (("cr",), ("dr",)),
    (("c",), ("d",)),
    (("in",), ("out",)),
    (("incoming",), ("outgoing",)),
    (("deposit",), ("withdrawal",)),
    (("haben",), ("soll",)),
    (("h",), ("s",)),
    (("gutschrift",), ("lastschrift", "belastung")),
    (("PRIJEM",), ("VYDAJ", "VYBER")),
    (("kredit",), ("debet",)),
    (("+",), ("-",)),
)

DATE_FORMATS = ("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%y%m%d", "%Y%m%d",
                "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")  # fmt: skip
"""Tried in this order when a column is not ISO 8601."""

_BREAKS = re.compile(r"[^a-z0-9]+")


def plain_words(title: str) -> str:
    """Return a column's title as these lists spell it: lower case, no accents, one space between words."""
    decomposed = unicodedata.normalize("NFKD", title.casefold())
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _BREAKS.sub(" ", letters).strip()
