"""The sources that this profile cites, each under the name used in its tables."""

from datetime import date

SPC_2017_7 = "法释〔2017〕7号"
IN_FORCE_FROM = date(2017, 5, 1)

ART_1 = f"{SPC_2017_7} Art. 1"
ART_2 = f"{SPC_2017_7} Art. 2"
ART_3 = f"{SPC_2017_7} Art. 3"
ART_4 = f"{SPC_2017_7} Art. 4"
ART_5 = f"{SPC_2017_7} Art. 5"
ART_9 = f"{SPC_2017_7} Art. 9"
ART_10 = f"{SPC_2017_7} Art. 10"
# "Where there is a term, the foregoing does not apply; deletion within three working days after it."
ART_10_TERM = f"{SPC_2017_7} Art. 10 para. 2"
ART_11 = f"{SPC_2017_7} Art. 11"
ART_12 = f"{SPC_2017_7} Art. 12"

# Grace of one to three months, and the reproach of decisions that were signed but never served.
SPC_2019_35 = "法发〔2019〕35号"
# Service and the counting of periods.
CIVIL_PROCEDURE = "民事诉讼法 (2023)"
# No article asks for it: the programme's own rule, stricter than the law.
COURT_POLICY = "court policy"
