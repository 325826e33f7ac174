"""The English of what is said of spreadsheets in Google Sheets; see `words`."""

SHEETS: dict[str, str] = {
    "pipeline.sheet": "Google Sheet",
    "phase.gathering": "Gathering",
    "phase.opening": "Opening",
    "phase.writing": "Writing",
    "detail.gathering": "gathering the sentences",
    "detail.sheet_opening": "making a new spreadsheet ({engine})",
    "detail.sheet_rows": "rows {first} to {last} of {total}",
    "log.sheet_made": "“{name}” is in the folder for spreadsheets in Google Drive",
    "failure.sheets_unavailable": "Google Sheets is not set up on this server.",
    "advice.sheets_unavailable": "Take the file for spreadsheets instead, or ask the operator to set it up.",
    "failure.sheets_denied": "{engine} refused this server.",
    "advice.sheets_denied": "Ask the operator to check its credentials, that the Sheets and Drive APIs are switched "
    "on, and that it may write to the folder.",
    "failure.sheets_folder_missing": "The folder for spreadsheets was not found in Google Drive.",
    "advice.sheets_folder_missing": "Ask the operator to check the folder's id, and with whom it is shared.",
    "failure.sheets_refused": "{engine} refused these rows.",
    "advice.sheets_refused": "Take the file for spreadsheets instead, and ask the operator what the log says.",
    "failure.sheet_gone": "The new spreadsheet was deleted while it was written.",
    "advice.sheet_gone": "Retry: a new one is made, with all sentences.",
    "failure.sheet_too_long": "A Google Sheet takes {most} sentences; these are {rows}.",
    "advice.sheet_too_long": "Take the CSV file instead.",
    "failure.sentences_gone": "The sentences that were to be sent are not there any more.",
    "advice.sentences_gone": "Look whether their book is being worked on again, and send them once it is done.",
    "problem.sheets_unavailable": "Google Sheets is not set up on this server. Take the file for spreadsheets instead.",
}
