set terminal svg noenhanced rounded size 480,367 background "#ffffff" font "sans-serif,13"
set encoding utf8
set border 3 lw 0.8 lc rgb "#262626"
set tics nomirror out scale 0.5 textcolor rgb "#262626"
unset key
$d1 << EOD
0.02575 3.68917
0.15375 2.02568
0.282 1.54773
0.41025 1.30124
0.5385 1.15749
0.66675 1.07213
0.79475 1.02442
0.923 1.00314
1.05125 1.00126
1.1795 1.01442
1.30775 1.03945
1.436 1.07408
1.564 1.11682
1.69225 1.16622
1.8205 1.22138
1.94875 1.28158
2.077 1.34607
2.20525 1.41432
2.33325 1.48606
2.4615 1.56075
2.58975 1.63819
2.718 1.71805
2.84625 1.80019
2.97425 1.88435
3.1025 1.97031
3.23075 2.05802
3.359 2.14735
3.48725 2.23808
3.7435 2.42357
4 2.61368
EOD
$d2 << EOD
0.5 0.929369 0 0.0805305
1 0.929369 0 0.0805305
1.25 0.929369 0 0.0805305
EOD
$d3 << EOD
0.02575 0.0275317
0.15375 0.145234
0.282 0.234218
0.41025 0.299683
0.5385 0.345984
0.66675 0.376851
0.79475 0.395225
0.923 0.403761
1.05125 0.404496
1.1795 0.399238
1.30775 0.389345
1.436 0.37606
1.564 0.360343
1.69225 0.342988
1.8205 0.324558
2.20525 0.267629
2.33325 0.249086
2.4615 0.231165
2.58975 0.213922
2.718 0.197527
2.84625 0.181924
2.97425 0.167282
3.1025 0.153488
3.23075 0.140598
3.359 0.128557
3.48725 0.11742
3.6155 0.107074
3.7435 0.0975765
3.87175 0.0887573
4 0.0806731
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
set xtics ("" -1, "" -0.5, "" 0, "" 0.5, "" 1, "" 1.5, "" 2, "" 2.5, "" 3, "" 3.5, "" 4)
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
set xtics ("−1" -1, "−0.5" -0.5, "0" 0, "0.5" 0.5, "1" 1, "1.5" 1.5, "2" 2, "2.5" 2.5, "3" 3, "3.5" 3.5, "4" 4)
set yrange [0:1.13067]
set ytics ("0" 0, "0.2" 0.2, "0.4" 0.4, "0.6" 0.6, "0.8" 0.8, "1" 1)
set label "t" at screen 0.56458,0.038147 center textcolor rgb "#262626"
set label "density" at screen 0.041667,0.34605 center rotate by 90 textcolor rgb "#262626"
plot $d4 using 1:2:3 with boxes fc rgb "#C8C8C8" fs solid 1 border rgb "#FFFFFF", \
  $d3 using 1:2 with filledcurves y=0 fc rgb "#009E73" fs transparent solid 0.2, \
  $d3 using 1:2 with lines lw 2 lc rgb "#009E73"
unset label
unset object
unset multiplot
