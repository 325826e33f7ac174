"""Vietnamese. Its words have spaces between their syllables: those of several are phrases."""

from workers.engines.prose.languages.tongue import Tongue
from workers.engines.prose.words import set_of

VIETNAMESE = Tongue(
    clauses=set_of("và nhưng mà vì nên nếu thì khi để tuy dù rồi hay hoặc bởi song do cho trong lúc rằng"),
    relatives=set_of("là người nơi"),
    prepositions=set_of("ở trên dưới trong ngoài với từ đến tới cho về bằng qua theo giữa bên cùng vào ra"),
    complements=set_of("của"),
    verbal=set_of("đã đang sẽ không chưa cũng"),
    articles=set_of("một những các mỗi mọi từng"),
    bound=set_of(
        "một những các mỗi mọi từng cái con chiếc người quyển cuốn bức căn ngôi tấm mảnh vị cậu bọn ngọn cây tờ đôi"
        " tiếng buổi cuộc nỗi niềm sự việc bài đám đoàn dòng cơn khu hai ba bốn năm sáu bảy tám chín mười trăm nghìn"
        " rất đã đang sẽ không chưa chẳng hãy đừng cũng vẫn còn cứ lại bị được của và ở trong với cho là bên trên"
        " dưới giữa bằng từ đến vì nhưng khi nếu để như"
    ),
    clinging=set_of("này kia ấy đó nọ lắm quá nhau nữa"),
    leaning=set_of("nhà sông núi làng phố đường"),
    common=set_of(
        "và của là có không những một các trong cho đã được người với ông bà anh chị tôi nó này đó khi nhưng rất"
        " cũng đến ra vào"
    ),
    titles=set_of(
        "ông bà anh chị cô chú bác thầy cậu mợ dì em vua tướng thành phố tỉnh huyện làng sông núi hồ đường"
    ),
    months=set_of("giêng chạp"),
    counted=set_of("tháng ngày năm trang chương số"),
    linking=set_of("lại và"),
)
