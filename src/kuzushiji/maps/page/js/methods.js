// The methods' names, and what their maps may and may not be read for, in both languages.

const TITLES = {
  pca: "PCA", lda: "LDA", nmf: "NMF", svd: "SVD", kpca: "Kernel PCA", isomap: "Isomap", lle: "LLE", mds: "MDS",
  tsne: "t-SNE", umap: "UMAP", densmap: "densMAP", pacmap: "PaCMAP", localmap: "LocalMAP", trimap: "TriMAP",
  autoencoder: "Autoencoder",
};

const LINEAR = [
  "Directions and distances: the axes are weighted sums of the input, the same for every image.",
  "軸は入力の重み付き和で、方向も距離も意味を持ちます。",
];
const FEW = [
  "Classes that overlap here may be far apart in the directions that were left out.",
  "ここで重なる字種も、省かれた方向では離れているかもしれません。",
];
const NEAR = ["Which images are alike: neighbours on the map.", "どの画像が似ているか（地図上の近傍）。"];
const TEXT = {
  pca: [LINEAR, FEW],
  svd: [LINEAR, FEW],
  nmf: [
    ["How much of two additive parts an image holds.", "加え合わせる二つの部分がどれだけ含まれるか。"],
    ["Similarity: images alike in all other parts fall together only by chance.", "似ているかどうか。ほかの部分は見えません。"],
  ],
  lda: [
    ["The directions in which the class means differ most.", "字種の平均が最も異なる方向。"],
    [
      "How well new images would separate: it was fitted with these very labels.",
      "新しい画像がどれだけ分かれるか。この標識そのもので当てはめているためです。",
    ],
  ],
  kpca: [
    ["Smooth, curved structure of the whole set.", "全体の滑らかに曲がった構造。"],
    ["Distances in detail: they depend on the kernel's width.", "細かな距離。核の幅で変わります。"],
  ],
  isomap: [
    ["Long ways through the data, from neighbour to neighbour.", "近傍をたどる道のり。"],
    ["Gaps: one false neighbour is a shortcut that folds the map.", "すき間。誤った近傍ひとつで地図が折れます。"],
  ],
  lle: [
    ["How each image is a mixture of its neighbours.", "各画像が近傍の混ぜ合わせであること。"],
    ["Sizes and densities: it tends to crowd most points in a few places.", "大きさや密度。多くの点が少数の場所に集まります。"],
  ],
  mds: [
    ["The large order of all distances.", "距離全体の大きな順序。"],
    ["Neighbours: each distance counts alike, the many long ones win.", "近傍。数の多い長い距離が優先されます。"],
  ],
  tsne: [
    NEAR,
    [
      "Distances between groups, their sizes or densities: t-SNE evens them out.",
      "まとまりどうしの距離、大きさ、密度。t-SNE は均してしまいます。",
    ],
  ],
  umap: [
    [NEAR[0] + " Roughly, which groups touch.", NEAR[1] + "おおよそ、どのまとまりが接するか。"],
    ["Distances between groups and their densities.", "まとまりどうしの距離と密度。"],
  ],
  densmap: [
    ["Where the images lie densely and where thinly.", "画像が密な所と疎な所。"],
    ["Fine neighbourhoods: it gives some of them up for the densities.", "細かな近傍。密度のために一部を犠牲にします。"],
  ],
  pacmap: [
    [NEAR[0] + " And the rough arrangement of the groups.", NEAR[1] + "まとまりの大まかな配置。"],
    ["Exact distances between groups.", "まとまりどうしの正確な距離。"],
  ],
  localmap: [
    ["Which groups there are, drawn crisply.", "どのようなまとまりがあるか（輪郭は鮮明です）。"],
    [
      "How sharply the data itself separates: the map sharpens its edges.",
      "データ自体の分離の鋭さ。この手法が輪郭を強調しています。",
    ],
  ],
  trimap: [
    ["The large arrangement of the groups.", "まとまりの大きな配置。"],
    ["Fine neighbourhoods.", "細かな近傍。"],
  ],
  autoencoder: [
    ["What two numbers must keep to draw the glyph again.", "字を描き直すために二つの数が保つもの。"],
    ["Distances: the network may stretch and fold as it likes.", "距離。網は自由に伸ばし折りたたみます。"],
  ],
};

export function titleOf(method) {
  const [base, ...rest] = method.split(/[-_ ]/);
  return TITLES[method] || (TITLES[base] ? [TITLES[base], ...rest].join(" ") : method);
}

/** { can, cannot }: what the map says of itself in English where it does, else what is known of the method. */
export function useOf(map, language) {
  const known = TEXT[map.method] || TEXT[map.method.split(/[-_ ]/)[0]];
  const k = language === "ja" ? 1 : 0;
  const pick = (own, place) => (language === "en" && own ? own : known ? known[place][k] : own);
  return { can: pick(map.can, 0), cannot: pick(map.cannot, 1) };
}
