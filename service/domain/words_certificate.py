"""The English of what pipeline `certificate` says and asks; see `words`."""

CERTIFICATE: dict[str, str] = {
    "pipeline.certificate": "Ship certificates",
    "phase.correcting": "Correcting",
    "phase.extracting": "Extracting",
    "phase.archiving": "Archiving",
    "detail.correcting": "correcting what was read ({engine})",
    "detail.extracting": "finding the fields ({engine})",
    "detail.checking": "checking ship, number and dates",
    "detail.archiving": "archiving ({engine})",
    "detail.recording": "recording the certificate",
    "log.ship_new": "There is no such ship yet: {ship} will be made",
    "log.stays_archived": "Left out, since there is another record by now; the document stays in the archive",
    "question.other_ship": (
        "The certificate has IMO number {imo} ({other}), not {expected} ({ship}). What is to be done?"
    ),
    "question.name_mismatch": "The certificate says “{name}”, the ship is “{ship}”. Is it this ship's?",
    "question.wrong_category": (
        "“{certificate}” is of category {category}, not {expected}. Is it to be taken?"
    ),
    "question.duplicate": (
        "{ship} has a certificate with the number {number} already. What is to be done with this one?"
    ),
    "choice.accept": "Accept",
    "choice.reject": "Reject",
    "choice.move": "Take it for that ship",
    "choice.keep": "Keep both",
    "choice.replace": "Replace the old record",
    "choice.skip": "Leave this one out",
    "outcome.rejected": "Rejected",
    "outcome.duplicate": "Left out: there already",
    "note.name_mismatch": "The certificate names the ship {name}; accepted for {ship}.",
    "note.other_ship": (
        "The certificate has IMO number {imo}; accepted for {ship}, whose number is {expected}."
    ),
    "note.wrong_category": "Of category {category}, where {expected} was expected; accepted.",
    "note.replaced": (
        "Took the place of an earlier record of number {number}; its document stays in the archive."
    ),
    "failure.no_certificate": "No certificate was recognised in this document.",
    "advice.no_certificate": (
        "Check that it is a certificate and can be read; scan it again if it is blurred."
    ),
    "failure.ship_unknown": (
        "This certificate shows neither an IMO number nor a ship's name that could be read."
    ),
    "advice.ship_unknown": "Choose its ship and send it again.",
    "failure.missing_ship_name": "No ship's name was found on the certificate.",
    "advice.missing_ship_name": "Look at the document and fill in the name in its record.",
    "failure.missing_certificate_name": "The name of the certificate was not found.",
    "advice.missing_certificate_name": "Look at the document and fill in the name in its record.",
    "failure.missing_certificate_number": "No certificate number was found.",
    "advice.missing_certificate_number": (
        "Look at the document and fill in the number in its record; without it a second copy is not noticed."
    ),
    "failure.missing_issue_date": "No date of issue was found.",
    "advice.missing_issue_date": "Look at the document and fill in the date in its record.",
    "failure.imo_check_digit": "{imo} is not a valid IMO number: its check digit is wrong.",
    "failure.imo_of_another_ship": "{imo} is not the IMO number of the ship, which is {expected}.",
    "advice.imo_of_another_ship": "Correct the number, or give the certificate to the ship that it is of.",
    "failure.name_differs": "The certificate names {name}; its ship is {expected}.",
    "advice.name_differs": "Correct the name, or give the certificate to the ship that it is of.",
    "advice.imo_check_digit": "Look at the document and correct the number in its record.",
    "failure.date_malformed": "{value} is not a date.",
    "advice.date_malformed": "Look at the document and correct the date in its record.",
    "failure.dates_out_of_order": "The dates {first} and {then} are in the wrong order.",
    "advice.dates_out_of_order": "Look at the document and correct the dates in its record.",
    "failure.issued_in_future": "The date of issue, {date}, is yet to come.",
    "advice.issued_in_future": (
        "Look at the document and correct the date in its record, or choose another order of dates."
    ),
    "failure.expired": "The certificate has expired: it was valid until {date}.",
    "advice.expired": "Ask for the new certificate.",
}
