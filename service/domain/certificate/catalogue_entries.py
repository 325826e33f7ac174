"""The certificates that ships carry, as the catalogue has them."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Category: TypeAlias = Literal["statutory", "class", "registry", "insurance", "crew"]


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A kind of certificate. `others` are further names it goes by, `short` further abbreviations."""

    abbreviation: str
    name: str
    vietnamese: str
    category: Category
    others: tuple[str, ...] = ()
    short: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it may be called at length, in both languages."""
        return (self.name, self.vietnamese, *self.others)


_S: Category = "statutory"
CATALOGUE: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        "SMC",
        "Safety Management Certificate",
        "Giấy chứng nhận quản lý an toàn",
        _S,
    ),
    CatalogueEntry(
        "DOC",
        "Document of Compliance",
        "Giấy chứng nhận phù hợp",
        _S,
        ("Tài liệu phù hợp", "Giấy chứng nhận phù hợp hệ thống quản lý an toàn"),
    ),
    CatalogueEntry(
        "ISSC",
        "International Ship Security Certificate",
        "Giấy chứng nhận quốc tế về an ninh tàu biển",
        _S,
        (
            "Giấy chứng nhận an ninh tàu biển quốc tế",
            "Giấy chứng nhận an ninh tàu biển",
            "Giấy chứng nhận quốc tế về an ninh tàu",
        ),
    ),
    CatalogueEntry(
        "IOPP",
        "International Oil Pollution Prevention Certificate",
        "Giấy chứng nhận quốc tế về ngăn ngừa ô nhiễm do dầu",
        _S,
        ("Giấy chứng nhận ngăn ngừa ô nhiễm do dầu", "Giấy chứng nhận ngăn ngừa ô nhiễm dầu"),
    ),
    CatalogueEntry(
        "IAPP",
        "International Air Pollution Prevention Certificate",
        "Giấy chứng nhận quốc tế về ngăn ngừa ô nhiễm không khí",
        _S,
        ("Giấy chứng nhận ngăn ngừa ô nhiễm không khí",),
    ),
    CatalogueEntry(
        "EIAPP",
        "Engine International Air Pollution Prevention Certificate",
        "Giấy chứng nhận quốc tế về ngăn ngừa ô nhiễm không khí của động cơ",
        _S,
    ),
    CatalogueEntry(
        "ISPP",
        "International Sewage Pollution Prevention Certificate",
        "Giấy chứng nhận quốc tế về ngăn ngừa ô nhiễm do nước thải",
        _S,
        ("Giấy chứng nhận ngăn ngừa ô nhiễm do nước thải",),
    ),
    CatalogueEntry(
        "NLS",
        "International Pollution Prevention Certificate for the Carriage of Noxious Liquid Substances in Bulk",
        "Giấy chứng nhận quốc tế về ngăn ngừa ô nhiễm do chở xô chất lỏng độc",
        _S,
    ),
    CatalogueEntry(
        "IEE",
        "International Energy Efficiency Certificate",
        "Giấy chứng nhận quốc tế về hiệu quả năng lượng",
        _S,
        (
            "Giấy chứng nhận hiệu quả năng lượng quốc tế",
            "Giấy chứng nhận quốc tế về sử dụng năng lượng hiệu quả",
        ),
        ("IEEC",),
    ),
    CatalogueEntry(
        "BWM",
        "International Ballast Water Management Certificate",
        "Giấy chứng nhận quốc tế về quản lý nước dằn",
        _S,
        ("Giấy chứng nhận quản lý nước dằn tàu", "Giấy chứng nhận quản lý nước dằn"),
        ("BWMC", "IBWM", "IBWMC"),
    ),
    CatalogueEntry(
        "AFS",
        "International Anti-Fouling System Certificate",
        "Giấy chứng nhận quốc tế về hệ thống chống hà",
        _S,
        ("Giấy chứng nhận hệ thống chống hà quốc tế", "Giấy chứng nhận hệ thống chống hà"),
        ("IAFS", "AFSC", "IAFSC"),
    ),
    CatalogueEntry(
        "ILL",
        "International Load Line Certificate",
        "Giấy chứng nhận quốc tế về mạn khô",
        _S,
        ("Giấy chứng nhận mạn khô quốc tế", "Giấy chứng nhận mạn khô", "Load Line Certificate"),
        ("LL", "ILLC", "LLC"),
    ),
    CatalogueEntry(
        "ILLE",
        "International Load Line Exemption Certificate",
        "Giấy chứng nhận miễn giảm mạn khô quốc tế",
        _S,
    ),
    CatalogueEntry(
        "SC",
        "Cargo Ship Safety Construction Certificate",
        "Giấy chứng nhận an toàn kết cấu tàu hàng",
        _S,
        ("Safety Construction Certificate", "Giấy chứng nhận an toàn kết cấu"),
        ("CSSC", "SAFCON"),
    ),
    CatalogueEntry(
        "SE",
        "Cargo Ship Safety Equipment Certificate",
        "Giấy chứng nhận an toàn trang thiết bị tàu hàng",
        _S,
        (
            "Safety Equipment Certificate",
            "Giấy chứng nhận an toàn thiết bị tàu hàng",
            "Giấy chứng nhận an toàn trang thiết bị",
        ),
        ("CSSE", "SEC"),
    ),
    CatalogueEntry(
        "SR",
        "Cargo Ship Safety Radio Certificate",
        "Giấy chứng nhận an toàn vô tuyến điện tàu hàng",
        _S,
        (
            "Safety Radio Certificate",
            "Giấy chứng nhận an toàn vô tuyến tàu hàng",
            "Giấy chứng nhận an toàn vô tuyến điện",
        ),
        ("CSSR", "SRC"),
    ),
    CatalogueEntry("CSS", "Cargo Ship Safety Certificate", "Giấy chứng nhận an toàn tàu hàng", _S),
    CatalogueEntry(
        "PSS", "Passenger Ship Safety Certificate", "Giấy chứng nhận an toàn tàu khách", _S, (), ("PSSC",)
    ),
    CatalogueEntry(
        "ITC69",
        "International Tonnage Certificate",
        "Giấy chứng nhận dung tích quốc tế",
        _S,
        (
            "International Tonnage Certificate (1969)",
            "Giấy chứng nhận quốc tế về dung tích",
            "Giấy chứng nhận dung tích",
        ),
        ("ITC", "TONNAGE", "ITC 69"),
    ),
    CatalogueEntry(
        "MLC",
        "Maritime Labour Certificate",
        "Giấy chứng nhận lao động hàng hải",
        _S,
        ("Maritime Labor Certificate",),
    ),
    CatalogueEntry(
        "DMLC",
        "Declaration of Maritime Labour Compliance",
        "Bản công bố phù hợp lao động hàng hải",
        _S,
    ),
    CatalogueEntry(
        "MSM",
        "Minimum Safe Manning Document",
        "Giấy chứng nhận định biên an toàn tối thiểu",
        _S,
        ("Minimum Safe Manning Certificate", "Safe Manning Document", "Safe Manning Certificate"),
        ("MSMC", "MSMD", "SMD"),
    ),
    CatalogueEntry(
        "COF",
        "International Certificate of Fitness for the Carriage of Dangerous Chemicals in Bulk",
        "Giấy chứng nhận quốc tế phù hợp chở xô hóa chất nguy hiểm",
        _S,
        (
            "International Certificate of Fitness for the Carriage of Liquefied Gases in Bulk",
            "Certificate of Fitness",
        ),
        ("ICOF",),
    ),
    CatalogueEntry(
        "DG",
        "Document of Compliance for the Carriage of Dangerous Goods",
        "Giấy chứng nhận phù hợp chở hàng nguy hiểm",
        _S,
        ("Document of Compliance with the Special Requirements for Ships Carrying Dangerous Goods",),
    ),
    CatalogueEntry(
        "GRAIN",
        "Document of Authorization for the Carriage of Grain",
        "Giấy chứng nhận chở hàng hạt",
        _S,
        ("Document of Authorisation for the Carriage of Grain",),
    ),
    CatalogueEntry(
        "IMSBC",
        "Document of Compliance for the Carriage of Solid Bulk Cargoes",
        "Giấy chứng nhận phù hợp chở xô hàng rời rắn",
        _S,
    ),
    CatalogueEntry("EXEMPTION", "Exemption Certificate", "Giấy chứng nhận miễn giảm", _S),
    CatalogueEntry("HSC", "High-Speed Craft Safety Certificate", "Giấy chứng nhận an toàn tàu cao tốc", _S),
    CatalogueEntry(
        "SPS", "Special Purpose Ship Safety Certificate", "Giấy chứng nhận an toàn tàu chuyên dụng", _S
    ),
    CatalogueEntry("POLAR", "Polar Ship Certificate", "Giấy chứng nhận tàu hoạt động vùng cực", _S),
    CatalogueEntry(
        "IHM",
        "International Certificate on Inventory of Hazardous Materials",
        "Giấy chứng nhận quốc tế về danh mục vật liệu nguy hiểm",
        _S,
        ("Statement of Compliance on Inventory of Hazardous Materials",),
    ),
    CatalogueEntry(
        "SSCEC",
        "Ship Sanitation Control Exemption Certificate",
        "Giấy chứng nhận miễn xử lý vệ sinh tàu thuyền",
        _S,
        ("Giấy chứng nhận miễn kiểm soát vệ sinh tàu",),
    ),
    CatalogueEntry(
        "SSCC",
        "Ship Sanitation Control Certificate",
        "Giấy chứng nhận xử lý vệ sinh tàu thuyền",
        _S,
        ("Giấy chứng nhận kiểm soát vệ sinh tàu",),
    ),
    CatalogueEntry(
        "CLASS",
        "Certificate of Classification",
        "Giấy chứng nhận phân cấp",
        "class",
        (
            "Classification Certificate",
            "Certificate of Class",
            "Class Certificate",
            "Giấy chứng nhận cấp tàu",
            "Giấy chứng nhận phân cấp tàu biển",
        ),
        ("COC CLASS",),
    ),
    CatalogueEntry(
        "COR",
        "Certificate of Registry",
        "Giấy chứng nhận đăng ký tàu biển",
        "registry",
        (
            "Certificate of Registration",
            "Certificate of Vietnamese Ship Registration",
            "Ship Registration Certificate",
            "Giấy chứng nhận đăng ký tàu biển Việt Nam",
            "Giấy chứng nhận đăng ký",
        ),
    ),
    CatalogueEntry("CSR", "Continuous Synopsis Record", "Lý lịch liên tục của tàu", "registry"),
    CatalogueEntry(
        "RSL",
        "Ship Radio Station Licence",
        "Giấy phép sử dụng đài tàu",
        "registry",
        (
            "Ship Station License",
            "Ship Station Licence",
            "Radio Station License",
            "Giấy phép sử dụng tần số và thiết bị vô tuyến điện",
        ),
    ),
    CatalogueEntry(
        "CLC",
        "Certificate of Insurance or Other Financial Security in Respect of Civil Liability for Oil Pollution Damage",
        "Giấy chứng nhận bảo hiểm trách nhiệm dân sự về ô nhiễm dầu",
        "insurance",
        (
            "Civil Liability Certificate",
            "Civil Liability for Oil Pollution Damage",
            "Giấy chứng nhận bảo hiểm hoặc bảo đảm tài chính về trách nhiệm dân sự đối với thiệt hại do ô nhiễm dầu",
        ),
    ),
    CatalogueEntry(
        "BCC",
        "Certificate of Insurance or Other Financial Security in Respect of Civil Liability for Bunker Oil Pollution "
        "Damage",
        "Giấy chứng nhận bảo hiểm trách nhiệm dân sự về ô nhiễm dầu nhiên liệu",
        "insurance",
        ("Bunker Convention Certificate", "Civil Liability for Bunker Oil Pollution Damage"),
        ("BUNKER", "BLC"),
    ),
    CatalogueEntry(
        "WRC",
        "Certificate of Insurance or Other Financial Security in Respect of Liability for the Removal of Wrecks",
        "Giấy chứng nhận bảo hiểm trách nhiệm di dời xác tàu",
        "insurance",
        ("Wreck Removal Certificate",),
    ),
    CatalogueEntry(
        "P&I",
        "P&I Certificate of Entry",
        "Giấy chứng nhận bảo hiểm trách nhiệm dân sự chủ tàu",
        "insurance",
        (
            "Protection and Indemnity Certificate of Entry",
            "Certificate of Entry and Acceptance",
            "Certificate of Entry",
            "Protection and Indemnity",
            "P&I Insurance Certificate",
            "Giấy chứng nhận bảo hiểm P&I",
        ),
        ("PI", "PANDI", "P AND I"),
    ),
    CatalogueEntry(
        "H&M",
        "Hull and Machinery Insurance Certificate",
        "Giấy chứng nhận bảo hiểm thân tàu",
        "insurance",
        ("Hull and Machinery Policy", "Giấy chứng nhận bảo hiểm thân vỏ tàu"),
        ("HM",),
    ),
    CatalogueEntry(
        "COC",
        "Certificate of Competency",
        "Giấy chứng nhận khả năng chuyên môn",
        "crew",
        ("Certificate of Competence",),
    ),
    CatalogueEntry(
        "COP",
        "Certificate of Proficiency",
        "Giấy chứng nhận huấn luyện nghiệp vụ",
        "crew",
        ("Giấy chứng nhận huấn luyện",),
    ),
    CatalogueEntry(
        "MEDICAL",
        "Medical Certificate for Service at Sea",
        "Giấy chứng nhận sức khỏe thuyền viên",
        "crew",
        ("Seafarer Medical Certificate", "Seafarer's Medical Certificate"),
    ),
    CatalogueEntry("SB", "Seaman's Book", "Sổ thuyền viên", "crew", ("Seafarer's Identification Book",)),
)
