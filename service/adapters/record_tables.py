"""The tables of a company's own records: ships, what is known of their certificates, and who changed that.

They outlive the documents and jobs that they came from. Whoever takes `Row` from here has the whole schema.
"""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.adapters.tables import ID, Row
from service.domain.records.columns import LONGEST_NOTE, LONGEST_TEXT

__all__ = ["CertificateEditRow", "CertificateRow", "Row", "ShipRow"]


class ShipRow(Row):
    """A ship of an owner's fleet. Of two of an owner's ships at most one has the same IMO number; some have none.
    `version` rises with each change."""

    __tablename__ = "ships"
    __table_args__ = (
        Index("ix_ships_owner_id_imo", "owner_id", "imo", unique=True),
        Index("ix_ships_owner_id_searched_name", "owner_id", "searched_name", "id"),
    )
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    owner_id: Mapped[str] = mapped_column(ID, ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    searched_name: Mapped[str] = mapped_column(String(2 * LONGEST_TEXT))
    imo: Mapped[str | None] = mapped_column(String(7))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[float]


class CertificateRow(Row):
    """A certificate of a ship. Dates are ISO text; a field that is not known is NULL.

    `made_by` is the key of what made it, so that nothing makes it twice. `due` is `valid_until`, or a text behind all
    dates, by which lists are sorted; `searched` holds what searching looks at, and `compared_number` the number as it
    is told from others. `version` rises with each edit. `evidence` is by field where on which page it stands.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        Index("ix_certificates_owner_id_due", "owner_id", "due", "id"),
        Index("ix_certificates_owner_id_id", "owner_id", "id"),
        Index("ix_certificates_ship_id_compared_number", "ship_id", "compared_number"),
    )
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    owner_id: Mapped[str] = mapped_column(ID, ForeignKey("users.id", ondelete="CASCADE"))
    ship_id: Mapped[str] = mapped_column(ID, ForeignKey("ships.id", ondelete="CASCADE"))
    job_id: Mapped[str | None] = mapped_column(ID, ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    document_id: Mapped[str | None] = mapped_column(
        ID, ForeignKey("documents.id", ondelete="SET NULL"), index=True
    )
    made_by: Mapped[str] = mapped_column(String(120), unique=True)
    ship_name: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))
    imo_number: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))
    certificate_name: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))
    abbreviation: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))
    certificate_number: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))
    certificate_type: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))
    issue_date: Mapped[str | None] = mapped_column(String(10))
    valid_until: Mapped[str | None] = mapped_column(String(10))
    last_endorsement: Mapped[str | None] = mapped_column(String(10))
    next_survey: Mapped[str | None] = mapped_column(String(10))
    issuing_authority: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))
    category: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))
    note: Mapped[str | None] = mapped_column(String(LONGEST_NOTE))
    due: Mapped[str] = mapped_column(String(10))
    searched: Mapped[str] = mapped_column(Text)
    compared_number: Mapped[str | None] = mapped_column(String(2 * LONGEST_TEXT))
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    archived: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[float]
    updated_at: Mapped[float]


class CertificateEditRow(Row):
    """One field of a certificate that a person changed. Whoever changed it is named, also once the account is gone."""

    __tablename__ = "certificate_edits"
    __table_args__ = (Index("ix_certificate_edits_certificate_id_id", "certificate_id", "id"),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    certificate_id: Mapped[str] = mapped_column(ID, ForeignKey("certificates.id", ondelete="CASCADE"))
    at: Mapped[float]
    by_id: Mapped[str] = mapped_column(ID)
    by_name: Mapped[str] = mapped_column(String(200))
    field: Mapped[str] = mapped_column(String(40))
    old: Mapped[str | None] = mapped_column(String(LONGEST_NOTE))
    new: Mapped[str | None] = mapped_column(String(LONGEST_NOTE))
