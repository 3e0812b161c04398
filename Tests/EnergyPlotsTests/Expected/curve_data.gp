set terminal svg noenhanced rounded size 480,367 background "#ffffff" font "sans-serif,13"
set encoding utf8
set border 3 lw 0.8 lc rgb "#262626"
set tics nomirror out scale 0.5 textcolor rgb "#262626"
unset key
$d1 << EOD
0.025641 3.6892
0.153846 2.02565
0.282051 1.54772
0.410256 1.30123
0.538462 1.1575
0.666667 1.07213
0.794872 1.02445
0.923077 1.00312
1.05128 1.00127
1.17949 1.01441
1.30769 1.03943
1.4359 1.07411
1.5641 1.11679
1.69231 1.16621
1.82051 1.22139
1.94872 1.28155
2.07692 1.34604
2.20513 1.41434
2.33333 1.48604
2.46154 1.56075
2.58974 1.63818
2.71795 1.71807
2.84615 1.80019
2.97436 1.88433
3.10256 1.97034
3.23077 2.05805
3.35897 2.14734
3.48718 2.23809
3.74359 2.42354
4 2.61371
EOD
$d2 << EOD
0.5 0.929369 0 0.0805305
1 0.929369 0 0.0805305
1.25 0.929369 0 0.0805305
EOD
$d3 << EOD
0.025641 0.0275143
0.153846 0.145221
0.282051 0.234203
0.410256 0.299669
0.538462 0.345989
0.666667 0.376823
0.794872 0.395227
0.923077 0.403747
1.05128 0.404494
1.17949 0.399215
1.30769 0.38935
1.4359 0.376079
1.5641 0.360365
1.69231 0.342987
1.82051 0.324574
2.20513 0.267619
2.33333 0.249104
2.46154 0.231171
2.58974 0.213946
2.71795 0.197519
2.84615 0.181948
2.97436 0.167265
3.10256 0.15348
3.23077 0.140592
3.35897 0.128582
3.48718 0.117428
3.61538 0.107096
3.74359 0.0975498
3.87179 0.0887507
4 0.0806567
EOD
$d4 << EOD
-0.6875 0 0.625
-0.0625 0 0.625
0.5625 0.533333 0.625
1.1875 1.06667 0.625
1.8125 0 0.625
2.4375 0 0.625
3.0625 0 0.625
3.6875 0 0.625
EOD
set multiplot
set lmargin at screen 0.1625
set rmargin at screen 0.96667
set bmargin at screen 0.58038
set tmargin at screen 0.96185
set xrange [-1:4]
set xtics ("" -1, "" 0, "" 1, "" 2, "" 3, "" 4)
set yrange [0.929369:2.27154]
set ytics ("1" 1, "1.5" 1.5, "2" 2)
set label "energy f" at screen 0.041667,0.77112 center rotate by 90 textcolor rgb "#262626"
plot $d1 using 1:2 with lines lw 2 lc rgb "#0072B2", \
  $d2 using 1:2:3:4 with vectors nohead lw 0.8 lc rgb "#E66100"
unset label
unset object
set lmargin at screen 0.1625
set rmargin at screen 0.96667
set bmargin at screen 0.15531
set tmargin at screen 0.53678
set xrange [-1:4]
set xtics ("−1" -1, "0" 0, "1" 1, "2" 2, "3" 3, "4" 4)
set yrange [0:1.13067]
set ytics ("0" 0, "0.5" 0.5, "1" 1)
set label "t" at screen 0.56458,0.038147 center textcolor rgb "#262626"
set label "density" at screen 0.041667,0.34605 center rotate by 90 textcolor rgb "#262626"
plot $d4 using 1:2:3 with boxes fc rgb "#C8C8C8" fs solid 1 border rgb "#FFFFFF", \
  $d3 using 1:2 with filledcurves y=0 fc rgb "#009E73" fs transparent solid 0.2, \
  $d3 using 1:2 with lines lw 2 lc rgb "#009E73"
unset label
unset object
unset multiplot
