"""What a person may choose before certificates are dropped."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.domain.certificate.catalogue import Category
from workers.pipelines.declaration import A_SHIP
from workers.pipelines.text import ByOcr, Languages, PagesToRead


class CertificateOptions(BaseModel):
    """All may be left as they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ship: Annotated[
        str | None,
        Field(
            description="the id of the ship that the certificates are of; without it each is found by its IMO number, "
            "else by its name, and a ship that is not there is made",
            max_length=36,
            json_schema_extra=A_SHIP,
        ),
    ] = None
    category: Annotated[
        Category | None,
        Field(description="what the certificates should be; a person is asked about any other"),
    ] = None
    date_order: Annotated[
        Literal["dmy", "mdy", "ymd"], Field(description="the order in dates such as 03/05/2027")
    ] = "dmy"
    ocr: ByOcr = "auto"
    languages: Languages = ("en",)
    pages: PagesToRead = "1-50"
