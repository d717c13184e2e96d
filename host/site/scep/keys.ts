// The private keys of the CA that Offhook brings along: for demonstrations and tests, known to everybody, good for nothing else.
//
// They are given and not made so that two runs of a seed exchange the same bytes, and none waits for a key.

import { privateKey, type RsaPrivateKey } from "../../scep/rsa.js";

function keyOf(p: readonly string[], q: readonly string[]): RsaPrivateKey {
  return privateKey(BigInt(`0x${p.join("")}`), BigInt(`0x${q.join("")}`));
}

/** Of the CA, 2,048 bits. */
export const AUTHORITY_KEY: RsaPrivateKey = keyOf(
  [
    "fad49b41a350c2037562b735248534932ad00a9955223c422fac667a4bd0b199",
    "ee7c90b6e3f905ffa64c5b113f790c7e2b2ae1e97843ca9116c474a5addbde58",
    "b5e6955d805e868fe74ea290147d665e5216b6bde36fb610ddd4b7f6608b4ca5",
    "6a2c946ac6f64c5c12c422626bffec9a02a5d3a78318c472e79b6bf51bfd4b59",
  ],
  [
    "f01710b253e6e9ecec72b341ae11726ed75c3fd3a6a7be41d68469c4b3cf3651",
    "16e8535a5a2bbce47ba8e4741f0466d5672302bb3d68b20d195c49bb11866090",
    "97706e352f85231f504a9fe6279fa1e9a102eace927854fb06157a8bfb4af9fe",
    "70328fa6bbd798a512bbb8e5175e06dab8a04b9bdad3766f2a698832898ed02f",
  ],
);

/** Of its registration authority. */
export const REGISTRAR_KEY: RsaPrivateKey = keyOf(
  [
    "f08f594775dc28fb4c0a93d5a6ad1417de0af0e2745eef2484dacb23b21e685f",
    "d86d409b80ed21abd6856bd28ffbe283727df1dae43a403652f0caa48c95e260",
    "d2b72c55c9eebbd96d14b57628ec9c37604d51efc32ca0d6255fdb5ca2007b7b",
    "8e385722e15c1227aab67145be41165752437deb43baf362b27440f4845ae7f1",
  ],
  [
    "caec5358768061aafdd7bd9c26c7e16bb70d6d52caf3f2f1a474f421b7397939",
    "d1fc0f2244e5aad4de74c7a128a683e2afb30b71ba78f71b3ce28cefcd75e47b",
    "1a51bad260e91a8f27a8556133a3430dde0e76585789ef192993f09edd8d8a0d",
    "8a8a616144e6ce0c7c9c3a1ae600d96d8f30c9678e59a5ed97747a19de17e315",
  ],
);
